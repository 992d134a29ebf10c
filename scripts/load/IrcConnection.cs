using System.Net.Sockets;
using System.Text;

namespace Mas.Load;

/// <summary>The server's end of one IRC connection: answers what a gateway asks on its way into a channel.</summary>
internal sealed class IrcConnection : IAsyncDisposable
{
    /// <summary>Who speaks in every channel.</summary>
    public const string Speaker = "speaker";

    private const string Server = "irc.load";

    private readonly TcpClient _client;
    private readonly NetworkStream _stream;
    private readonly Action<IrcConnection, string> _joined;
    private readonly SemaphoreSlim _writing = new(1);
    private readonly Task _reading;
    private string _nick = "";
    private bool _knowsUser;
    private bool _negotiates;
    private bool _isIn;

    /// <param name="client">The socket, just accepted.</param>
    /// <param name="joined">Told of every channel that the connection has joined, behind the end of its names.</param>
    public IrcConnection(TcpClient client, Action<IrcConnection, string> joined)
    {
        _client = client;
        _stream = client.GetStream();
        _joined = joined;
        _reading = ReadAsync();
    }

    /// <summary>Writes whole lines, their ends included.</summary>
    /// <exception cref="IOException">The gateway has closed the connection.</exception>
    public async ValueTask WriteAsync(ReadOnlyMemory<byte> lines)
    {
        await _writing.WaitAsync();
        try
        {
            await _stream.WriteAsync(lines);
        }
        finally
        {
            _writing.Release();
        }
    }

    public async ValueTask DisposeAsync()
    {
        _client.Dispose();
        await _reading;
        _writing.Dispose();
    }

    private async Task ReadAsync()
    {
        try
        {
            using var reader = new StreamReader(_stream, Encoding.Latin1, leaveOpen: true);
            while (await reader.ReadLineAsync() is { } line)
                await AnswerAsync(line);
        }
        catch (Exception e) when (e is IOException or ObjectDisposedException)
        {
            // The gateway is gone, or the run is over.
        }
    }

    private async ValueTask AnswerAsync(string line)
    {
        var words = line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        switch (words)
        {
            case ["CAP", "LS", ..]:
                _negotiates = true;
                await SayAsync($":{Server} CAP * LS :");
                break;
            case ["CAP", "REQ", ..]:
                await SayAsync($":{Server} CAP * NAK {line[(line.IndexOf("REQ", StringComparison.Ordinal) + 4)..]}");
                break;
            case ["CAP", "END"]:
                _negotiates = false;
                await WelcomeAsync();
                break;
            case ["NICK", var nick]:
                _nick = nick.TrimStart(':');
                await WelcomeAsync();
                break;
            case ["USER", ..]:
                _knowsUser = true;
                await WelcomeAsync();
                break;
            case ["PING", var token, ..]:
                await SayAsync($":{Server} PONG {Server} {token}");
                break;
            case ["JOIN", var channels, ..]:
                foreach (var channel in channels.TrimStart(':').Split(','))
                    await JoinAsync(channel);
                break;
            case ["NAMES", var channel, ..]:
                await SayAsync(Names(channel));
                break;
            case ["MODE", ['#', ..] channel]:
                await SayAsync($":{Server} 324 {_nick} {channel} +nt");
                break;
            case ["WHO", var mask, ..]:
                await SayAsync($":{Server} 315 {_nick} {mask} :End of WHO list");
                break;
            case ["QUIT", ..]:
                _client.Close();
                break;
            default:
                // AWAY, MODE of a nick and the like: nobody waits for the answer.
                break;
        }
    }

    private async ValueTask WelcomeAsync()
    {
        if (_isIn || _negotiates || !_knowsUser || _nick.Length == 0)
            return;
        _isIn = true;
        await SayAsync(
            $":{Server} 001 {_nick} :Welcome {_nick}",
            $":{Server} 002 {_nick} :Your host is {Server}",
            $":{Server} 003 {_nick} :This server was created for this run",
            $":{Server} 004 {_nick} {Server} 1 io imnpst",
            $":{Server} 005 {_nick} CASEMAPPING=ascii CHANTYPES=# PREFIX=(ov)@+ CHANMODES=b,k,l,imnpst NICKLEN=30 NETWORK=load :are supported by this server",
            $":{Server} 375 {_nick} :Message of the day",
            $":{Server} 372 {_nick} :Hello",
            $":{Server} 376 {_nick} :End of it");
    }

    private async ValueTask JoinAsync(string channel)
    {
        await SayAsync([$":{_nick}!user@host.load JOIN {channel}", .. Names(channel)]);
        _joined(this, channel);
    }

    private string[] Names(string channel) =>
        [$":{Server} 353 {_nick} = {channel} :{_nick} @{Speaker}", $":{Server} 366 {_nick} {channel} :End of NAMES list"];

    private ValueTask SayAsync(params string[] lines) => WriteAsync(Encoding.Latin1.GetBytes(string.Join("\r\n", lines) + "\r\n"));
}

using System.Collections.Concurrent;
using System.Net.Sockets;
using System.Text;

namespace Mas.Tests.Harness;

/// <summary>Somebody who is on IRC without MAS: a bare client that remembers every line it was sent.</summary>
public sealed class IrcBystander : IAsyncDisposable
{
    private readonly TcpClient _client;
    private readonly ConcurrentQueue<string> _lines = new();
    private readonly SemaphoreSlim _writing = new(1, 1);
    private readonly Task _reading;

    private IrcBystander(TcpClient client, string nick)
    {
        _client = client;
        Nick = nick;
        _reading = ReadAsync();
    }

    /// <summary>Its nick.</summary>
    public string Nick { get; }

    /// <summary>All lines so far.</summary>
    public IReadOnlyCollection<string> Lines => _lines;

    /// <summary>Connects and registers.</summary>
    public static async Task<IrcBystander> ConnectAsync(int port, string nick)
    {
        var client = new TcpClient();
        await client.ConnectAsync("127.0.0.1", port);
        var bystander = new IrcBystander(client, nick);
        await bystander.SendAsync($"NICK {nick}", $"USER {nick} 0 * :{nick}");
        await bystander.HeardAsync(line => line.Contains(" 376 ", StringComparison.Ordinal) || line.Contains(" 422 ", StringComparison.Ordinal), "the end of the MOTD");
        return bystander;
    }

    /// <summary>Connects and joins a channel.</summary>
    public static async Task<IrcBystander> JoinedAsync(int port, string nick, string channel)
    {
        var bystander = await ConnectAsync(port, nick);
        await bystander.SendAsync($"JOIN {channel}");
        await bystander.HeardAsync(line => line.Contains($" 366 {nick} {channel}", StringComparison.OrdinalIgnoreCase), "the end of the names");
        return bystander;
    }

    /// <summary>Sends lines.</summary>
    public async Task SendAsync(params string[] lines)
    {
        await _writing.WaitAsync();
        try
        {
            await _client.GetStream().WriteAsync(Encoding.UTF8.GetBytes(string.Concat(lines.Select(line => line + "\r\n"))));
        }
        finally
        {
            _writing.Release();
        }
    }

    /// <summary>Waits for a line.</summary>
    public async Task<string> HeardAsync(Func<string, bool> wanted, string what)
    {
        await Eventually.HoldsAsync(() => _lines.Any(wanted), $"{Nick} hears {what}; heard: {string.Join(" | ", _lines.TakeLast(20))}");
        return _lines.First(wanted);
    }

    /// <summary>Waits for a line that ends so.</summary>
    public Task<string> HeardAsync(string end) => HeardAsync(line => line.EndsWith(end, StringComparison.Ordinal), end);

    /// <summary>How many lines end so by now.</summary>
    public int Count(string end) => _lines.Count(line => line.EndsWith(end, StringComparison.Ordinal));

    /// <summary>Waits until the server has handled all that was sent, and has told all that came of it.</summary>
    public async Task SettleAsync()
    {
        var token = Guid.NewGuid().ToString("N");
        await SendAsync($"PING {token}");
        await HeardAsync(line => line.Contains(token, StringComparison.Ordinal), "the PONG");
    }

    /// <inheritdoc/>
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
            using var reader = new StreamReader(_client.GetStream(), Encoding.UTF8);
            while (await reader.ReadLineAsync() is { } line)
            {
                if (line.StartsWith("PING ", StringComparison.Ordinal))
                    await SendAsync("PONG " + line[5..]);
                _lines.Enqueue(line);
            }
        }
        catch (Exception e) when (e is IOException or ObjectDisposedException)
        {
            // The test is over, or the server was killed.
        }
    }
}

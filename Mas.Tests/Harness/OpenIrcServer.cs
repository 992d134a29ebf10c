using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Mas.Tests.Harness;

/// <summary>
/// An IRC server on loopback that lets everybody in everywhere, tells all of them what a test says, as fast as the test
/// likes, and remembers who was connected how often, and what they said.
/// </summary>
public sealed class OpenIrcServer : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly ConcurrentQueue<Visitor> _visitors = new();
    private readonly ConcurrentQueue<string> _doubles = new();
    private readonly ConcurrentDictionary<string, bool> _banned = new();
    private readonly CancellationTokenSource _stop = new();
    private readonly Task _accepting;

    public OpenIrcServer()
    {
        _listener.Start();
        _accepting = AcceptAsync();
    }

    /// <summary>Where it listens.</summary>
    public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    /// <summary>Nicks that connected while an earlier connection of theirs was open.</summary>
    public IReadOnlyCollection<string> Doubles => _doubles;

    /// <summary>How often a nick has connected.</summary>
    public int ConnectionsOf(string nick) => _visitors.Count(visitor => visitor.IsRegistered && visitor.Nick == nick);

    /// <summary>Whether a nick is connected now.</summary>
    public bool IsConnected(string nick) => _visitors.Any(visitor => visitor.IsOpen && visitor.IsRegistered && visitor.Nick == nick);

    /// <summary>Puts a nick out, and lets it in no more.</summary>
    public Task BanAsync(string nick)
    {
        _banned[nick] = true;
        return Task.WhenAll(_visitors.Where(visitor => visitor.IsOpen && visitor.Nick == nick).Select(visitor => visitor.BanAsync()));
    }

    /// <summary>How many connections of a nick are open.</summary>
    public int OpenConnectionsOf(string nick) => _visitors.Count(visitor => visitor.IsOpen && visitor.IsRegistered && visitor.Nick == nick);

    /// <summary>Whether a nick is in a channel now.</summary>
    public bool IsInChannel(string nick) => _visitors.Any(visitor => visitor.IsOpen && visitor.IsInChannel && visitor.Nick == nick);

    /// <summary>What a nick has said, over all its connections, in order.</summary>
    public IReadOnlyList<string> SaidBy(string nick) => [.. _visitors.Where(visitor => visitor.Nick == nick).SelectMany(visitor => visitor.Said)];

    /// <summary>Tells a line to everybody who is in a channel.</summary>
    public Task TellAsync(string line) => Task.WhenAll(_visitors.Where(visitor => visitor.IsOpen && visitor.IsInChannel).Select(visitor => visitor.WriteAsync(line)));

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        _listener.Stop();
        await _accepting;
        foreach (var visitor in _visitors)
            await visitor.DisposeAsync();
        _stop.Dispose();
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
            {
                var visitor = new Visitor(this, await _listener.AcceptTcpClientAsync(_stop.Token));
                _visitors.Enqueue(visitor);
                visitor.Start();
            }
        }
        catch (Exception e) when (e is OperationCanceledException or SocketException)
        {
            // The test is over.
        }
    }

    private sealed class Visitor(OpenIrcServer server, TcpClient client) : IAsyncDisposable
    {
        private readonly SemaphoreSlim _writing = new(1, 1);
        private Task _reading = Task.CompletedTask;

        public string Nick { get; private set; } = "";

        public volatile bool IsOpen = true;

        public volatile bool IsRegistered;

        public volatile bool IsInChannel;

        public ConcurrentQueue<string> Said { get; } = new();

        public void Start() => _reading = ReadAsync();

        public async Task WriteAsync(params string[] lines)
        {
            await _writing.WaitAsync();
            try
            {
                await client.GetStream().WriteAsync(Encoding.UTF8.GetBytes(string.Concat(lines.Select(line => line + "\r\n"))));
            }
            catch (Exception e) when (e is IOException or ObjectDisposedException or InvalidOperationException)
            {
                IsOpen = false;
            }
            finally
            {
                _writing.Release();
            }
        }

        public async Task BanAsync()
        {
            await WriteAsync($":open.server 465 {Nick} :You are banned", "ERROR :Closing Link: banned");
            try
            {
                client.Client.Shutdown(SocketShutdown.Send);
            }
            catch (Exception e) when (e is SocketException or ObjectDisposedException)
            {
                // It has read why, and gone by itself.
            }
        }

        public async ValueTask DisposeAsync()
        {
            client.Dispose();
            await _reading;
            _writing.Dispose();
        }

        private async Task ReadAsync()
        {
            try
            {
                using var reader = new StreamReader(client.GetStream(), Encoding.UTF8);
                while (await reader.ReadLineAsync() is { } line && !line.StartsWith("QUIT", StringComparison.Ordinal))
                    await HearAsync(line.Split(' ', 3));
            }
            catch (Exception e) when (e is IOException or ObjectDisposedException)
            {
                // The client was killed, or the test is over.
            }
            IsOpen = false;
            client.Dispose();
        }

        private async Task HearAsync(string[] words)
        {
            switch (words[0])
            {
                case "CAP" when words[1] == "LS":
                    await WriteAsync(":open.server CAP * LS :");
                    break;
                case "NICK":
                    if (IsRegistered)
                        await WriteAsync($":{Nick}!u@host NICK :{words[1]}");
                    Nick = words[1];
                    break;
                case "CAP" when words[1] == "END" && server._banned.ContainsKey(Nick):
                    await BanAsync();
                    break;
                case "CAP" when words[1] == "END":
                    if (server._visitors.Any(visitor => visitor != this && visitor.IsOpen && visitor.Nick == Nick))
                        server._doubles.Enqueue(Nick);
                    IsRegistered = true;
                    await WriteAsync($":open.server 001 {Nick} :Welcome", $":open.server 005 {Nick} NICKLEN=30 :are supported", $":open.server 422 {Nick} :No MOTD");
                    break;
                case "JOIN":
                    foreach (var channel in words[1].Split(','))
                        await WriteAsync($":{Nick}!u@host JOIN :{channel}", $":open.server 353 {Nick} = {channel} :{Nick} bob", $":open.server 366 {Nick} {channel} :End");
                    IsInChannel = true;
                    break;
                case "PING":
                    await WriteAsync($":open.server PONG open.server {words[1]}");
                    break;
                case "PRIVMSG":
                    Said.Enqueue(words[2].TrimStart(':'));
                    break;
            }
        }
    }
}

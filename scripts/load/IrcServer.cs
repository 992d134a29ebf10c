using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;

namespace Mas.Load;

/// <summary>
/// An IRC server inside a load process, so that one clock measures the whole way of a line. It knows what gateways need to
/// register and to join a channel, and has nothing to do with what one connection says to another.
/// </summary>
internal sealed class IrcServer : IAsyncDisposable
{
    private readonly TcpListener _listener;
    private readonly ConcurrentDictionary<string, TaskCompletionSource<IrcConnection>> _joined = new();
    private readonly ConcurrentBag<IrcConnection> _connections = [];
    private readonly Task _accepting;

    private IrcServer(int port)
    {
        _listener = new TcpListener(IPAddress.Loopback, port);
        _listener.Start(backlog: 1000);
        _accepting = AcceptAsync();
    }

    public static IrcServer Listen(int port) => new(port);

    /// <summary>Waits until a connection has joined a channel that is its alone.</summary>
    /// <exception cref="TimeoutException">Nobody joined it within <paramref name="deadline"/>.</exception>
    public Task<IrcConnection> JoinedAsync(string channel, TimeSpan deadline) => Joining(channel).Task.WaitAsync(deadline);

    public async ValueTask DisposeAsync()
    {
        _listener.Stop();
        await _accepting;
        foreach (var connection in _connections)
            await connection.DisposeAsync();
    }

    private TaskCompletionSource<IrcConnection> Joining(string channel) =>
        _joined.GetOrAdd(channel, _ => new TaskCompletionSource<IrcConnection>(TaskCreationOptions.RunContinuationsAsynchronously));

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
            {
                var client = await _listener.AcceptTcpClientAsync();
                client.NoDelay = true;
                _connections.Add(new IrcConnection(client, (connection, channel) => Joining(channel).TrySetResult(connection)));
            }
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // That is how a listener that was stopped ends.
        }
    }
}

using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;

namespace Mas.Tests.Harness;

/// <summary>
/// A TCP proxy of a test's own, between a client and a server or between a process and Redis: it delays what passes, holds
/// it back, cuts connections and refuses new ones, so that each end meets what a bad network does.
/// </summary>
public sealed class TcpProxy : IAsyncDisposable
{
    private readonly Socket _listener = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
    private readonly ConcurrentDictionary<Link, Task> _links = new();
    private readonly CancellationTokenSource _stop = new();
    private readonly Func<int> _target;
    private readonly Task _accepting;
    private readonly Lock _gate = new();
    private TaskCompletionSource _passing = new();
    private long _delayTicks;
    private volatile bool _refusing;

    private TcpProxy(Func<int> target)
    {
        _target = target;
        _passing.SetResult();
        _listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        _listener.Listen(512);
        Port = ((IPEndPoint)_listener.LocalEndPoint!).Port;
        _accepting = AcceptAsync();
    }

    /// <summary>The port that takes the target's place.</summary>
    public int Port { get; }

    /// <summary>Host and port, as <c>Redis:Endpoint</c> takes them.</summary>
    public string Endpoint => $"127.0.0.1:{Port}";

    /// <summary>How many connections pass through it now.</summary>
    public int Connections => _links.Count;

    /// <summary>Starts a proxy to a port of the loopback interface, which is asked for at each connection.</summary>
    public static TcpProxy To(Func<int> port) => new(port);

    /// <summary>How long each piece is held back, in both directions; their order stays.</summary>
    public TimeSpan Delay
    {
        get => new(Interlocked.Read(ref _delayTicks));
        set => Interlocked.Exchange(ref _delayTicks, value.Ticks);
    }

    /// <summary>Lets nothing pass any more, while connections stay open: a cable that was pulled.</summary>
    public void HoldBack()
    {
        lock (_gate)
        {
            if (_passing.Task.IsCompleted)
                _passing = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        }
    }

    /// <summary>Lets everything pass again, first what was held back.</summary>
    public void Flow()
    {
        lock (_gate)
            _passing.TrySetResult();
    }

    /// <summary>Breaks all connections (RST); what was under way is lost. New ones are accepted.</summary>
    public void Cut()
    {
        foreach (var link in _links.Keys)
            link.Break();
    }

    /// <summary>Breaks all connections and refuses new ones until <see cref="Accept"/>.</summary>
    public void Refuse()
    {
        _refusing = true;
        Cut();
    }

    /// <summary>Accepts connections again.</summary>
    public void Accept() => _refusing = false;

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        _listener.Dispose();
        await _accepting;
        Flow();
        Cut();
        await Task.WhenAll(_links.Values);
        _stop.Dispose();
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
            {
                var client = await _listener.AcceptAsync(_stop.Token);
                if (_refusing)
                {
                    Link.Reset(client);
                    continue;
                }
                var link = new Link(client);
                var begin = new TaskCompletionSource();
                // Listed before it runs, since a run removes itself from the list.
                _links[link] = ServeAsync(link, begin.Task);
                begin.SetResult();
            }
        }
        catch (Exception e) when (IsBroken(e) && _stop.IsCancellationRequested)
        {
            // The proxy is disposed.
        }
    }

    private async Task ServeAsync(Link link, Task begin)
    {
        await begin;
        try
        {
            await link.Server.ConnectAsync(new IPEndPoint(IPAddress.Loopback, _target()), _stop.Token);
            await Task.WhenAll(PassAsync(link, link.Client, link.Server), PassAsync(link, link.Server, link.Client));
            link.Close();
        }
        catch (Exception e) when (IsBroken(e))
        {
            // Whoever is behind the proxy is away: the client sees its connection break.
            link.Break();
        }
        _links.TryRemove(link, out _);
    }

    private async Task PassAsync(Link link, Socket from, Socket to)
    {
        var buffer = new byte[64 * 1024];
        try
        {
            while (true)
            {
                var count = await from.ReceiveAsync(buffer.AsMemory(), _stop.Token);
                if (Delay > TimeSpan.Zero)
                    await Task.Delay(Delay, _stop.Token);
                await Passing();
                if (count == 0)
                {
                    to.Shutdown(SocketShutdown.Send);
                    return;
                }
                for (var sent = 0; sent < count;)
                    sent += await to.SendAsync(buffer.AsMemory(sent, count - sent), _stop.Token);
            }
        }
        catch (Exception e) when (IsBroken(e))
        {
            // One end broke: so does the other.
            link.Break();
        }
    }

    private Task Passing()
    {
        lock (_gate)
            return _passing.Task;
    }

    private static bool IsBroken(Exception e) => e is OperationCanceledException or ObjectDisposedException or SocketException;

    private sealed class Link(Socket client)
    {
        public Socket Client { get; } = NoDelay(client);

        public Socket Server { get; } = NoDelay(new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp));

        public void Close()
        {
            Client.Dispose();
            Server.Dispose();
        }

        public void Break()
        {
            Reset(Client);
            Reset(Server);
        }

        public static void Reset(Socket socket)
        {
            try
            {
                socket.LingerState = new LingerOption(true, 0);
            }
            catch (Exception e) when (e is SocketException or ObjectDisposedException)
            {
                // It is closed already.
            }
            socket.Dispose();
        }

        private static Socket NoDelay(Socket socket)
        {
            socket.NoDelay = true;
            return socket;
        }
    }
}

using System.Net;
using System.Net.Sockets;
using System.Net.WebSockets;
using Mas.Core.Redis;
using Mas.Server;
using Mas.Server.Sockets;
using Mas.Tests.Harness;
using Microsoft.Extensions.Hosting.Internal;
using Microsoft.Extensions.Logging.Abstractions;
using StackExchange.Redis;

namespace Mas.Tests.Sockets;

/// <summary>A session's outbox and its socket.</summary>
public sealed class OutboxPumpTests(RedisFixture fixture) : IClassFixture<RedisFixture>, IAsyncLifetime
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly ApplicationLifetime _lifetime = new(NullLogger<ApplicationLifetime>.Instance);
    private RedisConnection _redis = null!;
    private TcpClient _near = null!;
    private TcpClient _far = null!;

    public async ValueTask InitializeAsync()
    {
        _redis = await RedisConnection.ConnectAsync(new RedisOptions { Endpoint = fixture.Redis.Endpoint }, NullLogger.Instance, CancellationToken.None);
        _listener.Start();
        _near = new TcpClient();
        await _near.ConnectAsync(IPAddress.Loopback, ((IPEndPoint)_listener.LocalEndpoint).Port);
        _far = await _listener.AcceptTcpClientAsync();
    }

    public async ValueTask DisposeAsync()
    {
        _near.Dispose();
        _far.Dispose();
        _listener.Dispose();
        await _redis.DisposeAsync();
    }

    [Fact]
    public async Task Signal_WhileTheClientDoesNotReadItsSnapshot_EndsTheSessionOverTheCap()
    {
        const int Cap = 100;
        using var channel = NewChannel();
        using var session = NewSession(channel, Cap);
        // More than the kernel's buffers of both ends hold.
        var sending = session.SendAsync([new byte[32 * 1024 * 1024]]);
        await fixture.Redis.Database.ListLeftPushAsync(RedisKeys.Outbox(session.Ref), [.. Enumerable.Repeat<RedisValue>("{}", Cap + 1)]);

        await Eventually.HoldsAsync(
            () =>
            {
                session.Pump.Signal();
                return session.IsTerminated;
            },
            "the session is ended");

        Assert.True(await Record.ExceptionAsync(() => sending.WaitAsync(Eventually.DefaultDeadline)) is null or OperationCanceledException);
    }

    [Fact]
    public async Task Send_OfASessionThatIsDisposed_DoesNothing()
    {
        var channel = NewChannel();
        var session = NewSession(channel, 100);
        session.Dispose();
        channel.Dispose();

        await session.SendUnlessOverAsync([1]);
    }

    private WebSocketChannel NewChannel() => new(WebSocket.CreateFromStream(_far.GetStream(), new WebSocketCreationOptions { IsServer = true }), 1000);

    /// <summary>Without a check whether entries may be delivered: none are.</summary>
    private SocketSession NewSession(WebSocketChannel channel, int cap) => new(
        new SessionRef(UserId.Mas(1), "pump1-1"),
        channel,
        new HeartbeatAge(TimeProvider.System, TimeSpan.FromMinutes(1)),
        new OutboxPumpFactory(_redis, null!, new SessionOptions { OutboxCap = cap }, NullLogger<OutboxPump>.Instance),
        _lifetime);
}

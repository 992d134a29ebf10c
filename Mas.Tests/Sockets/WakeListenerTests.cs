using Mas.Core.Model;
using Mas.Core.Redis;
using Mas.Server.Sockets;
using Mas.Tests.Harness;
using Microsoft.Extensions.Logging.Abstractions;

namespace Mas.Tests.Sockets;

/// <summary>A server starts although Redis goes away under it, and hears what is told once Redis is back.</summary>
public sealed class WakeListenerTests : IAsyncLifetime
{
    private readonly ServerIdentity _identity = new();
    private RedisServer _server = null!;
    private TcpProxy _proxy = null!;
    private RedisConnection _redis = null!;
    private WakeListener _listener = null!;

    public async ValueTask InitializeAsync()
    {
        _server = await RedisServer.StartAsync();
        _proxy = TcpProxy.To(() => _server.Port);
        var options = new RedisOptions { Endpoint = _proxy.Endpoint, TimeoutMilliseconds = 1000 };
        _redis = await RedisConnection.ConnectAsync(options, NullLogger.Instance, CancellationToken.None);
        _listener = new WakeListener(_redis, _identity, new SessionRegistry(), new SessionCleanup(_redis), NullLogger<WakeListener>.Instance);
    }

    public async ValueTask DisposeAsync()
    {
        await _listener.StopAsync(CancellationToken.None);
        await _redis.DisposeAsync();
        await _proxy.DisposeAsync();
        await _server.DisposeAsync();
    }

    [Fact]
    public async Task Start_ConnectionCutWhileItSubscribes_HearsWhenItIsBack()
    {
        _proxy.HoldBack();
        var starting = _listener.StartAsync(CancellationToken.None);
        _proxy.Cut();
        _proxy.Flow();

        await starting.WaitAsync(Eventually.DefaultDeadline);
        await HearsAsync();
    }

    [Fact]
    public async Task Start_NoAnswer_HearsWhenItComes()
    {
        _proxy.HoldBack();

        await _listener.StartAsync(CancellationToken.None).WaitAsync(Eventually.DefaultDeadline);
        _proxy.Flow();

        await HearsAsync();
    }

    /// <summary>What was pushed for a session that is not there is removed by whoever hears of it.</summary>
    private async Task HearsAsync()
    {
        var session = new SessionRef(new UserId("1"), _identity.NewSessionId());
        var database = _server.Database;
        await database.ListLeftPushAsync(RedisKeys.Outbox(session), "for nobody");
        await Eventually.HoldsAsync(async () => await database.PublishAsync(RedisKeys.Wake(_identity.Id), session.ToString()) == 1, "somebody listens");
        await Eventually.HoldsAsync(async () => !await database.KeyExistsAsync(RedisKeys.Outbox(session)), "it was heard");
    }
}

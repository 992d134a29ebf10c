using System.Reflection;
using Mas.Core.Redis;
using Mas.Tests.Harness;
using Microsoft.Extensions.Logging.Abstractions;
using StackExchange.Redis;

namespace Mas.Tests.Failover;

/// <summary>
/// The client library can forget a connection that it has just made, when it loses the one before on a busy machine
/// (<see cref="ForgottenConnections"/>). Which of its threads is held up where nobody can say from outside, so the fields are set as
/// that leaves them.
/// </summary>
public sealed class ForgottenConnectionTests(RedisFixture fixture) : IClassFixture<RedisFixture>
{
    private const BindingFlags Field = BindingFlags.Instance | BindingFlags.NonPublic;

    /// <summary>The values of <c>PhysicalBridge.State</c> in which it has been seen: the forgotten one was connecting still, or done.</summary>
    public static TheoryData<int> States => [1, 2];

    [Theory, MemberData(nameof(States))]
    public async Task Commands_ConnectionForgotten_ComeThroughAgain(int state)
    {
        await using var redis = await ConnectAsync();
        var connections = redis.Counters.Interactive.SocketCount;

        Forget(redis, "interactive", state);

        await Eventually.HoldsAsync(() => AnswersAsync(redis), "commands are answered");
        Assert.True(redis.Counters.Interactive.SocketCount > connections);
    }

    [Theory, MemberData(nameof(States))]
    public async Task Subscription_ConnectionForgotten_HearsAgain(int state)
    {
        await using var server = await RedisServer.StartAsync();
        await using var redis = await RedisConnection.ConnectAsync(new RedisOptions { Endpoint = server.Endpoint }, NullLogger.Instance, CancellationToken.None);
        var heard = 0;
        await redis.Subscriber.SubscribeAsync("channel", (_, _) => Interlocked.Increment(ref heard));

        Forget(redis, "subscription", state);
        // It is open, and heard, until Redis ends it.
        await server.Database.ExecuteAsync("CLIENT", "KILL", "TYPE", "pubsub");
        Assert.Equal(0, await server.Database.PublishAsync("channel", "nobody hears"));

        await Eventually.HoldsAsync(async () => await server.Database.PublishAsync("channel", "heard") == 1, "somebody listens");
        await Eventually.HoldsAsync(() => Volatile.Read(ref heard) > 0, "it is heard");
    }

    private async Task<RedisConnection> ConnectAsync() =>
        await RedisConnection.ConnectAsync(new RedisOptions { Endpoint = fixture.Redis.Endpoint }, NullLogger.Instance, CancellationToken.None);

    private static async Task<bool> AnswersAsync(RedisConnection redis)
    {
        try
        {
            await redis.Database.PingAsync().WaitAsync(TimeSpan.FromSeconds(5));
            return true;
        }
        catch (Exception e) when (RedisErrors.IsAway(e))
        {
            return false;
        }
    }

    private static void Forget(RedisConnection redis, string kind, int state)
    {
        var servers = (Array)typeof(ConnectionMultiplexer).GetField("serverSnapshot", Field)!.GetValue(redis.Multiplexer)!;
        foreach (var server in servers)
        {
            var bridge = server.GetType().GetField(kind, Field)!.GetValue(server)!;
            bridge.GetType().GetField("physical", Field)!.SetValue(bridge, null);
            bridge.GetType().GetField("state", Field)!.SetValue(bridge, state);
        }
    }
}

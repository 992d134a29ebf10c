using Mas.Core.Queues;
using Mas.Core.Redis;
using Mas.Core.Telemetry;
using Mas.IrcBackend.Bridge;
using Mas.IrcBackend.Connections;
using Mas.Tests.Harness;
using Microsoft.Extensions.Logging.Abstractions;

namespace Mas.Tests.Irc.Connections;

/// <summary>What connections say reaches <c>inbox:ircparser</c>, whatever error a push meets.</summary>
public sealed class ParserProducerTests : IAsyncLifetime
{
    private const string Inbox = "inbox:ircparser";
    private TestRedis _server = null!;
    private RedisConnection _redis = null!;

    public async ValueTask InitializeAsync()
    {
        _server = await TestRedis.StartAsync();
        _redis = await RedisConnection.ConnectAsync(new RedisOptions { Endpoint = _server.Endpoint }, NullLogger.Instance, CancellationToken.None);
    }

    public async ValueTask DisposeAsync()
    {
        await _redis.DisposeAsync();
        await _server.DisposeAsync();
    }

    [Fact]
    public async Task Push_AfterAnUnexpectedError_IsRetriedAndLosesNothing()
    {
        await _server.Database.StringSetAsync(Inbox, "not a list");
        await using var producer = NewProducer();
        await producer.AddAsync(Line(1));
        await FailsAsync();

        await producer.AddAsync(Line(2));
        await _server.Database.KeyDeleteAsync(Inbox);
        await producer.WhenPushedAsync().WaitAsync(Eventually.DefaultDeadline);

        // The newest is first.
        var lines = (await _server.Database.ListRangeAsync(Inbox)).Select(entry => entry.ToString()).ToList();
        Assert.Equal(2, lines.Count);
        Assert.Contains("line 2", lines[0], StringComparison.Ordinal);
        Assert.Contains("line 1", lines[1], StringComparison.Ordinal);
    }

    [Fact]
    public async Task Dispose_WhileEveryPushFails_GivesUpAndTellsWhoWaits()
    {
        await _server.Database.StringSetAsync(Inbox, "not a list");
        var producer = NewProducer();
        await producer.AddAsync(Line(1));
        await FailsAsync();
        var pushed = producer.WhenPushedAsync();

        await producer.DisposeAsync().AsTask().WaitAsync(Eventually.DefaultDeadline);

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => pushed);
    }

    private ParserProducer NewProducer() => new(new InboxProducer(_redis, TimeProvider.System), new TraceSampler(0), NullLogger<ParserProducer>.Instance);

    private Task FailsAsync() => Eventually.HoldsAsync(
        async () => (await _server.CallsAsync()).GetValueOrDefault("lpush") > 0, "a push has been tried");

    private static LineEntry Line(int seq) => new($"rid{seq}", "1", "Net", 1, seq, 0, $"line {seq}");
}

using Mas.Core.Queues;
using Mas.Core.Redis;
using Mas.Tests.Harness;
using Microsoft.Extensions.Logging.Abstractions;

namespace Mas.Tests.Queues;

public sealed class LeaseTests(RedisFixture fixture) : IClassFixture<RedisFixture>, IAsyncLifetime
{
    private static readonly TimeSpan Lasts = TimeSpan.FromSeconds(30);
    private RedisConnection _redis = null!;

    public async ValueTask InitializeAsync() => _redis = await Connect();

    public async ValueTask DisposeAsync() => await _redis.DisposeAsync();

    [Fact]
    public async Task TryAcquire_HeldByAnother_GivesNothing()
    {
        Assert.NotNull(await Lease.TryAcquireAsync(_redis, "held", "one", Lasts, TimeProvider.System));

        Assert.Null(await Lease.TryAcquireAsync(_redis, "held", "two", Lasts, TimeProvider.System));
        Assert.Equal("one", await fixture.Redis.Database.StringGetAsync("lease:held"));
        Assert.InRange((await fixture.Redis.Database.KeyTimeToLiveAsync("lease:held"))!.Value, TimeSpan.FromSeconds(1), Lasts);
    }

    [Fact]
    public async Task Epoch_OfALaterHolder_IsHigher()
    {
        var first = await Lease.TryAcquireAsync(_redis, "epoch", "one", Lasts, TimeProvider.System);
        await first!.ReleaseAsync();
        var second = await Lease.TryAcquireAsync(_redis, "epoch", "two", Lasts, TimeProvider.System);

        Assert.True(second!.Epoch > first.Epoch);
        Assert.False(first.IsValid);
        Assert.True(second.IsValid);
    }

    [Fact]
    public async Task Renew_AfterAnotherTookIt_FailsAndInvalidates()
    {
        var first = (await Lease.TryAcquireAsync(_redis, "taken", "one", Lasts, TimeProvider.System))!;
        await fixture.Redis.Database.StringSetAsync("lease:taken", "two");

        Assert.False(await first.TryRenewAsync());
        Assert.False(first.IsValid);
    }

    [Fact]
    public async Task Release_AfterAnotherTookIt_LeavesItToTheOther()
    {
        var first = (await Lease.TryAcquireAsync(_redis, "others", "one", Lasts, TimeProvider.System))!;
        await fixture.Redis.Database.StringSetAsync("lease:others", "two");

        await first.ReleaseAsync();

        Assert.Equal("two", await fixture.Redis.Database.StringGetAsync("lease:others"));
    }

    [Fact]
    public async Task Keeper_WhoseRenewalsFailInAnUnforeseenWay_TellsThatTheLeaseIsOver()
    {
        var lease = (await Lease.TryAcquireAsync(_redis, "broken", "one", TimeSpan.FromMilliseconds(400), TimeProvider.System))!;
        await using var keeper = new LeaseRenewer(lease, TimeProvider.System, NullLogger.Instance, CancellationToken.None);
        // What the renewal gets for it is no error that any Redis which is away would give.
        await fixture.Redis.Database.KeyDeleteAsync("lease:broken");
        await fixture.Redis.Database.ListLeftPushAsync("lease:broken", "no lease");

        await Eventually.HoldsAsync(() => keeper.Lost.IsCancellationRequested, "the lease counts as lost");

        Assert.False(lease.IsValid);
        await fixture.Redis.Database.KeyDeleteAsync("lease:broken");
    }

    [Fact]
    public async Task Fence_WriteOfAnEarlierEpoch_IsRefusedAfterALaterOne()
    {
        var early = (await Lease.TryAcquireAsync(_redis, "early", "one", Lasts, TimeProvider.System))!;
        var late = (await Lease.TryAcquireAsync(_redis, "late", "two", Lasts, TimeProvider.System))!;
        await new FencingToken(_redis, early).ExecuteAsync("HSET", "conversation:1", "topic", "first");
        await new FencingToken(_redis, late).ExecuteAsync("HSET", "conversation:1", "topic", "second");

        await Assert.ThrowsAsync<LeaseLostException>(() => new FencingToken(_redis, early).ExecuteAsync("HSET", "conversation:1", "topic", "undone"));

        Assert.Equal("second", await fixture.Redis.Database.HashGetAsync("conversation:1", "topic"));
        Assert.Equal(late.Epoch, (long)await fixture.Redis.Database.StringGetAsync("{conversation:1}:fence"));
        Assert.NotNull(await fixture.Redis.Database.KeyTimeToLiveAsync("{conversation:1}:fence"));
    }

    [Fact]
    public async Task Fence_LeaseOverByTheOwnClock_IsRefusedBeforeRedisIsAsked()
    {
        var lease = (await Lease.TryAcquireAsync(_redis, "over", "one", Lasts, TimeProvider.System))!;
        await lease.ReleaseAsync();

        Assert.Throws<LeaseLostException>(() => new FencingToken(_redis, lease).ThrowIfLost());
    }

    private Task<RedisConnection> Connect() =>
        RedisConnection.ConnectAsync(new RedisOptions { Endpoint = fixture.Redis.Endpoint }, NullLogger.Instance, CancellationToken.None);
}

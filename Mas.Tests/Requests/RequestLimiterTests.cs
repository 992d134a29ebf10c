using Mas.Server.Requests;
using Mas.Tests.Harness;

namespace Mas.Tests.Requests;

public sealed class RequestLimiterTests
{
    [Fact]
    public void Take_MoreThanTheBurst_IsRefusedWithTheTimeToWait()
    {
        using var limiter = new RequestLimiter(perSecond: 1, burst: 3);

        Assert.All(Enumerable.Range(0, 3), _ => Assert.Null(limiter.Take()));

        Assert.Equal(TimeSpan.FromSeconds(1), limiter.Take());
    }

    [Fact]
    public void Take_WhenTheTimeToWaitIsNoWholeHundredth_IsRefusedWithTheNextOne()
    {
        using var limiter = new RequestLimiter(perSecond: 30, burst: 1);
        limiter.Take();

        Assert.Equal(TimeSpan.FromMilliseconds(40), limiter.Take());
    }

    [Fact]
    public async Task Take_AfterTheTimeToWait_IsAllowedAgain()
    {
        using var limiter = new RequestLimiter(perSecond: 20, burst: 1);
        Assert.Null(limiter.Take());
        Assert.Equal(TimeSpan.FromMilliseconds(50), limiter.Take());

        await Eventually.HoldsAsync(() => limiter.Take() is null, "a request is allowed again");
    }

    [Fact]
    public void Take_OneSessionOverItsLimit_LeavesOthersAlone()
    {
        using var one = new RequestLimiter(perSecond: 1, burst: 1);
        using var other = new RequestLimiter(perSecond: 1, burst: 1);
        one.Take();
        Assert.NotNull(one.Take());

        Assert.Null(other.Take());
    }
}

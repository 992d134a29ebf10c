using Mas.IrcBackend.Connections;
using Mas.Tests.Harness;
using Microsoft.Extensions.Time.Testing;

namespace Mas.Tests.Irc.Connections;

/// <summary>Connections to one network start at its rate.</summary>
public class ConnectRateTests
{
    private readonly FakeTimeProvider _time = new();

    [Fact]
    public async Task Turns_AtThirtyAMinute_ComeEveryTwoSecondsInTheirOrder()
    {
        var rate = new ConnectRate(30, _time);
        var turns = Enumerable.Range(0, 4).Select(_ => rate.WaitAsync(CancellationToken.None)).ToArray();
        await turns[0];

        for (var next = 1; next < turns.Length; next++)
        {
            _time.Advance(TimeSpan.FromSeconds(1.9));
            Assert.False(turns[next].IsCompleted);
            _time.Advance(TimeSpan.FromSeconds(0.1));
            await turns[next].WaitAsync(Eventually.DefaultDeadline);
        }
    }

    [Fact]
    public async Task Turns_AfterAPause_DoNotPileUp()
    {
        var rate = new ConnectRate(30, _time);
        await rate.WaitAsync(CancellationToken.None);
        _time.Advance(TimeSpan.FromMinutes(1));

        await rate.WaitAsync(CancellationToken.None);
        Assert.False(rate.WaitAsync(CancellationToken.None).IsCompleted);
    }

    [Fact]
    public async Task Turn_NotWantedAnyMore_IsGivenUp()
    {
        var rate = new ConnectRate(1, _time);
        using var stop = new CancellationTokenSource();
        await rate.WaitAsync(stop.Token);
        var second = rate.WaitAsync(stop.Token);

        await stop.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => second);
    }

    [Fact]
    public void Turns_WithoutALimit_AllComeAtOnce() =>
        Assert.All(Enumerable.Range(0, 100).Select(_ => new ConnectRate(0, _time).WaitAsync(CancellationToken.None)), turn => Assert.True(turn.IsCompletedSuccessfully));
}

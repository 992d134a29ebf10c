using Mas.Server.Sockets;
using Microsoft.Extensions.Time.Testing;

namespace Mas.Tests.Sockets;

public sealed class RequestBudgetTests
{
    [Fact]
    public void Take_BurstThenSteadyRate_SaysWhenTheNextOneIsDue()
    {
        var time = new FakeTimeProvider();
        var budget = new RequestBudget(perSecond: 20, burst: 60, time);

        Assert.All(Enumerable.Range(0, 60), _ => Assert.Equal(0, budget.Take()));
        Assert.Equal(0.05, budget.Take());
        time.Advance(TimeSpan.FromMilliseconds(50));
        Assert.Equal(0, budget.Take());
        Assert.NotEqual(0, budget.Take());
        time.Advance(TimeSpan.FromHours(1));
        Assert.All(Enumerable.Range(0, 60), _ => Assert.Equal(0, budget.Take()));
        Assert.NotEqual(0, budget.Take());
    }
}

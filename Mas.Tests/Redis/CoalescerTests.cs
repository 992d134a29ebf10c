using Mas.Core.Redis;
using Mas.Tests.Harness;

namespace Mas.Tests.Redis;

/// <summary>Calls that share a round trip: one under way, what comes meanwhile together in the next, in order.</summary>
public sealed class CoalescerTests
{
    private readonly List<int[]> _calls = [];
    private readonly Queue<TaskCompletionSource> _answers = new();
    private readonly Coalescer<List<int>> _coalescer;

    public CoalescerTests() => _coalescer = new(() => [], items =>
    {
        _calls.Add([.. items]);
        _answers.Enqueue(new TaskCompletionSource());
        return _answers.Last().Task;
    });

    [Fact]
    public async Task Call_Alone_GoesOutAtOnce()
    {
        var call = JoinAsync(1);
        Assert.Equal([[1]], _calls);
        Assert.False(call.IsCompleted);
        _answers.Dequeue().SetResult();
        Assert.Equal([1], await call);
    }

    [Fact]
    public async Task Calls_DuringAnother_GoTogetherAndInOrder()
    {
        var first = JoinAsync(1);
        var rest = new[] { JoinAsync(2), JoinAsync(3), JoinAsync(4) };
        Assert.Equal([[1]], _calls);
        _answers.Dequeue().SetResult();
        await first;
        await Eventually.HoldsAsync(() => _calls.Count == 2, "the next call goes out");
        Assert.Equal([2, 3, 4], _calls[1]);
        Assert.DoesNotContain(rest, task => task.IsCompleted);
        _answers.Dequeue().SetResult();
        Assert.All(await Task.WhenAll(rest), batch => Assert.Equal([2, 3, 4], batch));
    }

    [Fact]
    public async Task Call_ThatFails_FailsAlone()
    {
        var first = JoinAsync(1);
        var second = JoinAsync(2);
        _answers.Dequeue().SetException(new TimeoutException());
        await Assert.ThrowsAsync<TimeoutException>(() => first);
        await Eventually.HoldsAsync(() => _answers.Count == 1, "the next call goes out");
        _answers.Dequeue().SetResult();
        Assert.Equal([2], await second);
    }

    private Task<List<int>> JoinAsync(int item) => _coalescer.JoinAsync(items => items.Add(item));
}

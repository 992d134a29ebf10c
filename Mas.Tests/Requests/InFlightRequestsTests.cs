using Mas.Server.Requests;
using Mas.Tests.Harness;
using Microsoft.Extensions.Logging.Abstractions;

namespace Mas.Tests.Requests;

/// <summary>What a session has asked of backends and does not know to have arrived.</summary>
public sealed class InFlightRequestsTests
{
    private readonly List<(string ReqId, Exception Reason)> _failed = [];

    [Fact]
    public async Task Request_ThatFails_IsReportedAndOthersAreNot()
    {
        var inFlight = New(TimeSpan.FromMinutes(1));
        var sent = Enumerable.Range(0, 3).Select(_ => new TaskCompletionSource()).ToArray();
        for (var i = 0; i < sent.Length; i++)
            await inFlight.TrackAsync(sent[i].Task, $"{i}");

        sent[0].SetResult();
        sent[1].SetException(new TimeoutException("away"));
        sent[2].SetResult();

        await Eventually.HoldsAsync(() => Failed().Count == 1, "one failure");
        Assert.Equal("1", Assert.Single(Failed()).ReqId);
    }

    [Fact]
    public async Task Request_WithoutAnswerInTime_IsReportedWithThoseBehindIt()
    {
        var inFlight = New(TimeSpan.FromMilliseconds(50));
        await inFlight.TrackAsync(new TaskCompletionSource().Task, "1");
        await inFlight.TrackAsync(new TaskCompletionSource().Task, "2");

        await Eventually.HoldsAsync(() => Failed().Count == 2, "both are told of");

        Assert.Equal(["1", "2"], Failed().Select(failed => failed.ReqId));
        Assert.All(Failed(), failed => Assert.IsType<TimeoutException>(failed.Reason));
    }

    [Fact]
    public async Task Request_WhoseFailureCannotBeReported_LeavesThoseBehindIt()
    {
        var reported = new TaskCompletionSource<string>();
        var inFlight = new InFlightRequests(
            TimeSpan.FromMinutes(1),
            TimeProvider.System,
            (reqId, _) => reqId == "1" ? throw new InvalidOperationException("broken") : Task.FromResult(reported.TrySetResult(reqId)),
            NullLogger.Instance);
        var sent = new TaskCompletionSource();
        await inFlight.TrackAsync(sent.Task, "1");
        await inFlight.TrackAsync(sent.Task, "2");

        sent.SetException(new TimeoutException("away"));

        Assert.Equal("2", await reported.Task.WaitAsync(Eventually.DefaultDeadline));
    }

    [Fact]
    public async Task Add_BeyondTheLimit_WaitsUntilOneHasArrived()
    {
        var inFlight = New(TimeSpan.FromMinutes(1));
        var sent = Enumerable.Range(0, InFlightRequests.Max + 1).Select(_ => new TaskCompletionSource()).ToArray();
        var waits = Array.ConvertAll(sent, one => inFlight.TrackAsync(one.Task, "r"));

        Assert.All(waits[..^1], wait => Assert.True(wait.IsCompletedSuccessfully));
        Assert.False(waits[^1].IsCompleted);

        sent[0].SetResult();
        await waits[^1].WaitAsync(Eventually.DefaultDeadline);
        Assert.Empty(Failed());
    }

    private InFlightRequests New(TimeSpan timeout) => new(timeout, TimeProvider.System, (reqId, reason) =>
    {
        lock (_failed)
            _failed.Add((reqId, reason));
        return Task.CompletedTask;
    }, NullLogger.Instance);

    private List<(string ReqId, Exception Reason)> Failed()
    {
        lock (_failed)
            return [.. _failed];
    }
}

using Mas.Tests.EndToEnd;
using Mas.Tests.Harness;
using Mas.Tests.Irc.Bridge;

namespace Mas.Tests.Telemetry;

/// <summary>What a collector gets: one trace from a frame or an IRC line to the frames that it leads to.</summary>
public sealed class TraceTests
{
    [Fact]
    public async Task Send_ToASessionOfAnotherServer_IsOneTraceFromFrameToFrame()
    {
        await using var collector = await OtlpCollector.StartAsync();
        await using var mas = await MasSystem.StartAsync(new MasSystemOptions { Servers = 2, Settings = collector.Settings(sampleRatio: 1) });
        var alice = await mas.NewClientAsync("alice");
        var bob = await mas.NewClientAsync("bob", server: 1);
        var window = await alice.CreateAsync("tea");
        var bobWindow = await bob.JoinAsync("tea");

        var gid = await alice.SayAsync(window, "hello");
        await bob.MessageAsync(bobWindow, gid);

        await Eventually.PassesAsync(() =>
        {
            var sent = Assert.Single(collector.Spans, span => span.Name == "SEND");
            var trace = collector.Spans.Where(span => span.TraceId == sent.TraceId).ToArray();
            Assert.Equal(("mas-server", "", "queued"), (sent.Service, sent.ParentId, sent.Tags["mas.status"]));
            AssertStep(trace, "send inbox:loopbackparser", sent, sent.Instance);
            var processed = AssertStep(trace, "process inbox:loopbackparser", sent);
            Assert.Equal("mas-loopback", processed.Service);
            AssertStep(trace, "wait for turn", processed, processed.Instance);
            AssertStep(trace, "append to history", processed, processed.Instance);
            var pushed = AssertStep(trace, "push to outboxes", processed, processed.Instance);
            var frames = trace.Where(span => span.Name == "send frame").ToArray();
            Assert.All(frames, frame => Assert.Equal(pushed.SpanId, frame.ParentId));
            Assert.Equal(sent.Instance, Assert.Single(frames, frame => frame.Tags["mas.user.id"] == alice.UserId).Instance);
            var received = Assert.Single(frames, frame => frame.Tags["mas.user.id"] == bob.UserId);
            Assert.Equal("mas-server", received.Service);
            Assert.NotEqual(sent.Instance, received.Instance);
            Assert.Equal(8, trace.Length);
            return Task.CompletedTask;
        });
    }

    [Fact]
    public async Task IrcLine_HeardInAChannel_IsOneTraceFromTheSocketToTheFrame()
    {
        await using var server = await NgircdServer.StartAsync();
        await using var collector = await OtlpCollector.StartAsync();
        await using var irc = await IrcSystem.StartAsync(server.Port, collector.Settings(sampleRatio: 1));
        await using var bob = await IrcBystander.JoinedAsync(server.Port, "bob", "#tea");
        var alice = await irc.JoinedAsync("alice", "#tea");

        await bob.SendAsync("PRIVMSG #tea :hello");
        await irc.SeesAsync(alice, "#tea", "hello");

        await Eventually.PassesAsync(() =>
        {
            // The last line that is told on: what came before were the greeting and the join.
            var spans = collector.Spans;
            var appended = spans.Last(span => span.Name == "append to history");
            var trace = spans.Where(span => span.TraceId == appended.TraceId).ToArray();
            var heard = Assert.Single(trace, span => span.Name == "IRC line");
            Assert.Equal(("mas-ircbackend", ""), (heard.Service, heard.ParentId));
            var processed = AssertStep(trace, "process inbox:ircparser", heard);
            Assert.NotEqual(heard.Instance, processed.Instance);
            Assert.Equal(processed.Instance, appended.Instance);
            var pushed = Assert.Single(trace, span => span.Name == "push to outboxes");
            var received = AssertStep(trace, "send frame", pushed);
            Assert.Equal(("mas-server", alice.UserId), (received.Service, received.Tags["mas.user.id"]));
            Assert.All(trace, span => Assert.True(span.ParentId.Length == 0 || trace.Any(parent => parent.SpanId == span.ParentId), span.Name));
            return Task.CompletedTask;
        });
    }

    [Fact]
    public async Task Send_ThatIsNotSampled_LeavesNoSpanWhileMetricsCome()
    {
        await using var collector = await OtlpCollector.StartAsync();
        await using var mas = await MasSystem.StartAsync(new MasSystemOptions { Settings = collector.Settings(sampleRatio: 0) });
        var alice = await mas.NewClientAsync("alice");
        await alice.SayAsync(await alice.CreateAsync("tea"), "hello");

        await Eventually.PassesAsync(() =>
        {
            Assert.Subset(collector.MetricsOf("mas-server").ToHashSet(), new HashSet<string> { "mas.sessions", "mas.requests", "mas.request.duration", "mas.inbox.depth" });
            Assert.Subset(collector.MetricsOf("mas-loopback").ToHashSet(), new HashSet<string> { "mas.messages.posted", "mas.inbox.batch.size", "mas.inbox.batch.duration" });
            return Task.CompletedTask;
        });

        Assert.Empty(collector.Spans);
    }

    private static CollectedSpan AssertStep(CollectedSpan[] trace, string name, CollectedSpan parent, string? instance = null)
    {
        var step = Assert.Single(trace, span => span.Name == name && span.ParentId == parent.SpanId);
        Assert.Equal(instance ?? step.Instance, step.Instance);
        return step;
    }
}

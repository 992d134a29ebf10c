using Mas.IrcBackend.Protocol;
using Mas.IrcBackend.Protocol.Session;

namespace Mas.Tests.Irc.Session;

/// <summary>Batches are passed on whole, and sent whole.</summary>
public class BatchTests
{
    private static readonly string[] Nested =
    [
        "@label=x :s BATCH +1 chathistory #c", "@batch=1 :s BATCH +2 draft/multiline #c", "@batch=2 :a!u@h PRIVMSG #c :one",
        "@batch=2;draft/multiline-concat :a!u@h PRIVMSG #c two", "BATCH -2", "@batch=1 :a!u@h PRIVMSG #c :last of it", "BATCH -1",
    ];

    [Fact]
    public void Batch_WrittenAndRead_IsTheSame()
    {
        var batch = IrcBatch.FromLines(Nested)!;
        Assert.True(batch is { IsComplete: true, IsHistory: true });
        Assert.Equal("onetwo", IncomingText.Of(batch.Items[0].Batch!)!.Text);
        Assert.Equal(batch.ToLines(), IrcBatch.FromLines(batch.ToLines())!.ToLines());
        Assert.Equal(Nested.Length, batch.ToLines().Count);
    }

    [Fact]
    public void Batch_WithoutItsEnd_IsReadAsFarAsItCame()
    {
        var batch = IrcBatch.FromLines(Nested[..4])!;
        Assert.False(batch.IsComplete);
        Assert.Equal(["one", "two"], batch.Messages.Select(message => message.Last));
        Assert.Null(IrcBatch.FromLines([":a PRIVMSG #c :no batch"]));
        Assert.Null(IrcBatch.FromLines([]));
    }

    [Fact]
    public void Batch_Received_IsForOthersWhenItIsComplete()
    {
        var rig = new SessionRig().Registered();
        rig.Sent();
        rig.Events.Clear();

        foreach (var line in Nested)
            Assert.False(rig.Session.Receive(line, rig.Now));
        Assert.True(rig.Session.Receive(":a!u@h PRIVMSG #c :none of it", rig.Now));
        rig.Sent();

        var received = Assert.IsType<SessionEvent.BatchReceived>(Assert.Single(rig.Events));
        Assert.Equal(Nested.Length, received.Batch.ToLines().Count);
    }

    [Fact]
    public void Batch_NeverEnded_IsForOthersByItsDeadline()
    {
        var rig = new SessionRig().Registered();
        rig.Sent();
        rig.Events.Clear();
        rig.SayAll("BATCH +1 draft/multiline #c", "@batch=1 :a!u@h PRIVMSG #c :one");

        Assert.True(rig.Session.NextDue(rig.Now) <= rig.Now + ClientSession.BatchTimeout);
        rig.Wait(ClientSession.BatchTimeout);

        Assert.False(Assert.IsType<SessionEvent.BatchReceived>(Assert.Single(rig.Events)).Batch.IsComplete);
        // What still comes of it is taken for what it is by itself.
        Assert.True(rig.Session.Receive("@batch=1 :a!u@h PRIVMSG #c :late", rig.Now));
    }

    [Fact]
    public void Batches_InBatchesWithoutEnd_AreClosed()
    {
        var collector = new BatchCollector(TimeSpan.FromSeconds(10));
        var given = Enumerable.Range(0, 1000).SelectMany(i => collector.Accept(Message($"@batch={i - 1} BATCH +{i} x"), DateTimeOffset.UnixEpoch)).ToList();
        Assert.InRange(given.Count, 5, 1000);
        Assert.All(given, item => Assert.NotEmpty(item.Batch!.ToLines()));
    }

    [Fact]
    public void OwnBatch_IsNotInterruptedAndPaidForLater()
    {
        var rig = new SessionRig(SessionRig.Plan with { Burst = 2, Interval = TimeSpan.FromSeconds(2) }).Registered();
        rig.Sent();
        var batch = new OutgoingMessage("1\n2\n3", [new("1", false), new("2", false), new("3", false)], true).ToLines("PRIVMSG", "#c");
        rig.Session.Send("PRIVMSG #c :before");
        foreach (var line in batch)
            rig.Session.Send(line);
        rig.Session.Send("PRIVMSG #c :after");
        var lines = new List<string>();

        Assert.True(rig.Session.TryTakeLine(rig.Now, out var sent));
        Assert.Equal("PRIVMSG #c :before", sent);
        Assert.True(rig.Session.TryTakeLine(rig.Now, out sent));
        Assert.Equal(batch[0], sent);
        rig.Session.Receive("PING :token", rig.Now);
        while (rig.Session.TryTakeLine(rig.Now, out sent))
            lines.Add(sent);

        Assert.Equal([.. batch.Skip(1), "PONG :token"], lines);
        Assert.Empty(rig.Wait(TimeSpan.FromSeconds(8)));
        Assert.Equal(["PRIVMSG #c :after"], rig.Wait(TimeSpan.FromSeconds(2)));
    }

    [Fact]
    public void Lines_BeyondWhatMayWait_AreToldAndABatchIsRefusedAsAWhole()
    {
        var rig = new SessionRig(SessionRig.Plan with { Burst = 1, Interval = TimeSpan.FromHours(1) }).Registered();
        rig.Sent();
        rig.Events.Clear();
        for (var i = 0; i < OutputQueue.MaxWaiting - 10; i++)
            rig.Session.Send($"PRIVMSG #c :{i}");
        var batch = new OutgoingMessage("1\n2", [new("1", false), new("2", false)], true).ToLines("PRIVMSG", "#c");

        foreach (var line in batch)
            rig.Session.Send(line);
        for (var i = 0; i < 12; i++)
            rig.Session.Send($"PRIVMSG #c :more {i}");
        rig.Sent();

        Assert.Equal([.. batch, "PRIVMSG #c :more 10", "PRIVMSG #c :more 11"], rig.Events.Cast<SessionEvent.LineRefused>().Select(refused => refused.Line));
    }

    private static IrcMessage Message(string line) => IrcMessage.TryParse(line, out var message) ? message : throw new ArgumentException(line);
}

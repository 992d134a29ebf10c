using Mas.IrcBackend.Protocol;

namespace Mas.Tests.Irc.Protocol;

public class SharedChannelTests
{
    private static readonly DateTimeOffset Now = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    private static SharedLineCounter Counter() => new(TimeSpan.FromMinutes(10));

    private static bool Hear(SharedLineCounter counter, string connection, string text, int second = 0) =>
        counter.IsNew(connection, "alice", "PRIVMSG", text, Now + TimeSpan.FromSeconds(second));

    [Fact]
    public void Counter_SameLineOverTwoConnections_IsOne()
    {
        var counter = Counter();
        counter.Joined("1");
        counter.Joined("2");
        Assert.Equal([true, false], new[] { Hear(counter, "1", "lol"), Hear(counter, "2", "lol") });
    }

    [Fact]
    public void Counter_RepeatedLine_IsTwoMessagesWhateverTheOrder()
    {
        var counter = Counter();
        counter.Joined("1");
        counter.Joined("2");
        // Connection 2 lags: it hears both after 1 has heard both.
        Assert.Equal([true, true, false, false], new[] { Hear(counter, "1", "lol"), Hear(counter, "1", "lol"), Hear(counter, "2", "lol"), Hear(counter, "2", "lol") });
        Assert.Equal([true, false], new[] { Hear(counter, "2", "lol"), Hear(counter, "1", "lol") });
    }

    [Fact]
    public void Counter_ReporterLeaves_NothingIsLost()
    {
        var counter = Counter();
        counter.Joined("1");
        counter.Joined("2");
        Assert.True(Hear(counter, "1", "lol"));
        counter.Left("1");
        Assert.Equal([false, true], new[] { Hear(counter, "2", "lol"), Hear(counter, "2", "lol") });
    }

    [Fact]
    public void Counter_LateJoiner_StartsFromWhatWasAccepted()
    {
        var counter = Counter();
        counter.Joined("1");
        Assert.True(Hear(counter, "1", "lol"));
        Assert.True(Hear(counter, "1", "lol"));
        counter.Joined("2");
        Assert.Equal([true, false], new[] { Hear(counter, "2", "lol"), Hear(counter, "1", "lol") });
    }

    [Fact]
    public void Counter_RejoinAfterADisconnect_StartsFromWhatWasAccepted()
    {
        var counter = Counter();
        counter.Joined("1");
        counter.Joined("2");
        Assert.True(Hear(counter, "2", "lol"));
        counter.Left("1");
        Assert.True(Hear(counter, "2", "lol"));
        counter.Joined("1");
        Assert.Equal([true, false], new[] { Hear(counter, "1", "lol"), Hear(counter, "2", "lol") });
    }

    [Fact]
    public void Counter_WhatOneOfUsSaid_HasNoEchoes()
    {
        var counter = Counter();
        counter.Joined("1");
        counter.Joined("2");
        counter.Accepted("alice", "PRIVMSG", "hi", Now);
        Assert.False(Hear(counter, "2", "hi"));
        Assert.False(Hear(counter, "1", "hi"));
        Assert.True(Hear(counter, "2", "hi"));
    }

    [Fact]
    public void Counter_DifferentAuthorsCommandsAndTexts_AreDifferentLines()
    {
        var counter = Counter();
        Assert.True(counter.IsNew("1", "a", "PRIVMSG", "x", Now));
        Assert.True(counter.IsNew("1", "b", "PRIVMSG", "x", Now));
        Assert.True(counter.IsNew("1", "a", "NOTICE", "x", Now));
        Assert.True(counter.IsNew("1", "a", "PRIVMSG", "y", Now));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Counter_RandomInterleavings_AcceptEachLineOnce(int seed)
    {
        var random = new Random(seed);
        var said = Enumerable.Range(0, 500).Select(_ => random.Next(4) == 0 ? "lol" : $"t{random.Next(20)}").ToList();
        var counter = Counter();
        var position = new int[4];
        for (var c = 0; c < position.Length; c++)
        {
            counter.Joined($"{c}");
        }

        var accepted = new List<string>();
        while (position.Any(p => p < said.Count))
        {
            var c = random.Next(position.Length);
            if (position[c] < said.Count && Hear(counter, $"{c}", said[position[c]++]))
            {
                accepted.Add(said[position[c] - 1]);
            }
        }

        Assert.Equal(said.Order(StringComparer.Ordinal), accepted.Order(StringComparer.Ordinal));
    }

    [Theory]
    [InlineData("hub.example.net leaf.example.net", true)]
    [InlineData("*.net *.split", true)]
    [InlineData("Quit: hub.a leaf.b", false)]
    [InlineData("hub.a hub.a", false)]
    [InlineData("hub.a", false)]
    [InlineData("see you. bye", false)]
    [InlineData("a.b c.d e.f", false)]
    [InlineData("", false)]
    public void Netsplit_Reason_IsRecognised(string reason, bool isSplit) => Assert.Equal(isSplit, Netsplit.IsSplit(reason));

    [Fact]
    public void Netsplit_OfMany_NamesTheFirstAndCountsTheOthers()
    {
        Assert.Equal("Netsplit (hub.a leaf.b): 2 gone: x, y", Netsplit.Describe("hub.a leaf.b", ["x", "y"]));
        Assert.EndsWith(": n0, n1, n2, n3, n4, n5, n6, n7, n8, n9 and 90 more", Netsplit.Describe("a.b c.d", [.. Enumerable.Range(0, 100).Select(i => $"n{i}")]), StringComparison.Ordinal);
    }

    private static IrcMessage Parse(string line) => IrcMessage.TryParse(line, out var message) ? message : throw new ArgumentException(line);

    [Fact]
    public void Batch_Nested_ComesWholeAtItsEnd()
    {
        var collector = new BatchCollector(TimeSpan.FromSeconds(10));
        Assert.Empty(collector.Accept(Parse("@label=x :s BATCH +1 chathistory #c"), Now));
        Assert.Empty(collector.Accept(Parse("@batch=1 :s BATCH +2 draft/multiline #c"), Now));
        Assert.Empty(collector.Accept(Parse("@batch=2 :a PRIVMSG #c :one"), Now));
        Assert.Single(collector.Accept(Parse(":b PRIVMSG #c :not in it"), Now));
        Assert.Empty(collector.Accept(Parse(":s BATCH -2"), Now));
        Assert.Empty(collector.Accept(Parse("@batch=1 :a PRIVMSG #c :two"), Now));
        var batch = Assert.Single(collector.Accept(Parse(":s BATCH -1"), Now)).Batch!;
        Assert.Equal(("chathistory", "x", true), (batch.Type, batch.Start.Tag("label"), batch.IsComplete));
        Assert.Equal(["#c"], batch.Parameters);
        Assert.Equal("draft/multiline", batch.Items[0].Batch!.Type);
        Assert.Equal("one", batch.Items[0].Batch!.Items[0].Message!.Last);
        Assert.Equal("two", batch.Items[1].Message!.Last);
        Assert.Null(collector.NextDue);
    }

    [Fact]
    public void Batch_NeverEnded_IsClosedByItsDeadline()
    {
        var collector = new BatchCollector(TimeSpan.FromSeconds(10));
        collector.Accept(Parse("BATCH +1 netsplit a b"), Now);
        collector.Accept(Parse("@batch=1 :a QUIT :a b"), Now + TimeSpan.FromSeconds(5));
        Assert.Empty(collector.TakeDue(Now + TimeSpan.FromSeconds(14)));
        var batch = Assert.Single(collector.TakeDue(Now + TimeSpan.FromSeconds(15))).Batch!;
        Assert.False(batch.IsComplete);
        Assert.Single(batch.Items);
    }

    [Fact]
    public void Batch_WithoutEnd_DoesNotGrowForEver()
    {
        var collector = new BatchCollector(TimeSpan.FromSeconds(10), maxMessages: 100);
        collector.Accept(Parse("BATCH +1 x"), Now);
        var batches = Enumerable.Range(0, 101).SelectMany(i => collector.Accept(Parse($"@batch=1 :a PRIVMSG #c :{i}"), Now)).ToList();
        Assert.Equal(101, Assert.Single(batches).Batch!.Items.Count);
    }

    [Fact]
    public void Batch_FilledByBatchesInIt_DoesNotGrowForEver()
    {
        var collector = new BatchCollector(TimeSpan.FromSeconds(10), maxMessages: 100);
        collector.Accept(Parse("BATCH +1 x"), Now);
        var batches = Enumerable.Range(0, 60).SelectMany(i =>
            new[] { "@batch=1 BATCH +2 y", $"@batch=2 :a PRIVMSG #c :{i}", "BATCH -2" }.SelectMany(line => collector.Accept(Parse(line), Now))).ToList();
        Assert.Equal(51, batches[0].Batch!.Items.Count);
    }

    [Fact]
    public void Batch_HostileReferences_AreNoFault()
    {
        var collector = new BatchCollector(TimeSpan.FromSeconds(10));
        Assert.Single(collector.Accept(Parse("BATCH"), Now));
        Assert.Single(collector.Accept(Parse("BATCH +"), Now));
        Assert.Empty(collector.Accept(Parse("BATCH -unknown"), Now));
        Assert.Empty(collector.Accept(Parse("@batch=self BATCH +self x"), Now));
        Assert.Single(collector.Accept(Parse("BATCH -self"), Now));
    }

    [Fact]
    public void Replies_LabelOrOrder_FindTheCommand()
    {
        var replies = new PendingReplies<int>(TimeSpan.FromSeconds(30));
        var label = replies.NewLabel();
        Assert.NotEqual(label, replies.NewLabel());
        replies.Sent("WHOIS", "alice", label, 1, Now);
        replies.Sent("WHOIS", "bob", null, 2, Now);
        replies.Sent("WHOIS", "bob", null, 3, Now);
        Assert.Equal(1, replies.TakeLabeled(label)!.Context);
        Assert.Null(replies.TakeLabeled(label));
        Assert.Equal(2, replies.PeekOldest("WHOIS", "BOB", CaseMapping.Ascii)!.Context);
        Assert.Equal(2, replies.TakeOldest("WHOIS", "BOB", CaseMapping.Ascii)!.Context);
        Assert.Null(replies.TakeOldest("WHOIS", "carol", CaseMapping.Ascii));
        Assert.Equal([3], replies.TakeDue(Now + TimeSpan.FromSeconds(30)).Select(reply => reply.Context));
        Assert.Equal(0, replies.Count);
    }

    [Theory]
    [InlineData("duration=604800,port=6697,preload", 6697, 604800)]
    [InlineData("port=6697", 6697, null)]
    [InlineData("duration=0", null, 0)]
    [InlineData("port=0,duration=-1", null, null)]
    [InlineData("port=70000", null, null)]
    [InlineData("", null, null)]
    public void Sts_Value_IsRead(string value, int? port, int? seconds) =>
        Assert.Equal(new StsValue(port, seconds is { } s ? TimeSpan.FromSeconds(s) : null), StsValue.Parse(value));
}

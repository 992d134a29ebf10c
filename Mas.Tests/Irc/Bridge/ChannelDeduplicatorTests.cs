using Mas.IrcBackend.Bridge;
using Mas.IrcBackend.State;
using StackExchange.Redis;

namespace Mas.Tests.Irc.Bridge;

/// <summary>
/// The deduplicator of a shared channel against a model: whatever the lag between connections, what is accepted is what
/// happened.
/// </summary>
public sealed class ChannelDeduplicatorTests
{
    private static readonly DateTimeOffset Start = DateTimeOffset.FromUnixTimeSeconds(1_800_000_000);
    private static readonly string[] Nicks = ["ann", "ben", "cid"];
    private static readonly string[] Texts = ["lol", "yes", "no"];

    [Fact]
    public void Lines_AtRandomLagAndRestarts_AreAcceptedAsOftenAsTheyWereSaid()
    {
        for (var seed = 0; seed < 400; seed++)
            RunOne(seed);
    }

    [Fact]
    public void Hear_WithOneConnection_EverythingIsNew()
    {
        var dedup = new ChannelDeduplicator();
        var user = UserId.Mas(1);
        dedup.Enter(user, 1);

        Assert.True(dedup.IsNew(user, "bob", "msg", "lol", Start));
        Assert.True(dedup.IsNewJoin(user, "bob", Start));
        Assert.True(dedup.IsNewLeave(user, "bob", Start));
        Assert.Single(dedup.TakeChanges().Set);
    }

    [Fact]
    public void MessageIds_OfTwoConnections_AreAcceptedOnce()
    {
        var dedup = new ChannelDeduplicator();
        dedup.Enter(UserId.Mas(1), 1);
        dedup.Enter(UserId.Mas(2), 1);

        Assert.True(dedup.IsNewId("abc", Start));
        Assert.False(dedup.IsNewId("abc", Start));
        Assert.True(dedup.IsNewId("abd", Start));
    }

    [Fact]
    public void LeftOver_PostedButNotCounted_IsGivenOnce()
    {
        var (alice, dora) = (UserId.Mas(1), UserId.Mas(2));
        var dedup = new ChannelDeduplicator();
        dedup.Enter(alice, 7);
        dedup.Move(alice, 7, 10);
        // Alone nothing is written; once there is a second one, it is how far the first had come by then.
        dedup.Enter(dora, 3);
        dedup.Move(dora, 3, 2);
        dedup = ChannelDeduplicator.Read(dedup.TakeChanges().Set);

        Assert.False(dedup.TakeUncounted(new LineId("Net", "1", 7, 10)));
        Assert.True(dedup.TakeUncounted(new LineId("Net", "1", 7, 11)));
        Assert.False(dedup.TakeUncounted(new LineId("Net", "1", 7, 11)));
        Assert.False(dedup.TakeUncounted(new LineId("Net", "1", 6, 99)));
        Assert.True(dedup.TakeUncounted(new LineId("Net", "2", 3, 3)));
        Assert.False(dedup.TakeUncounted(new LineId("Net", "3", 1, 1)));
    }

    [Theory]
    [InlineData("irc:Net:12:33554433:6", true)]
    [InlineData("irc:A:B:12:33554433:6", true)]
    [InlineData("irc:Net:12:33554433:6/0", false)]
    [InlineData("irc:12:33554433:6", false)]
    [InlineData("m:irc", false)]
    [InlineData("", false)]
    [InlineData(null, false)]
    public void LineId_Text_IsReadBack(string? text, bool isOne)
    {
        Assert.Equal(isOne, LineId.TryParse(text, out var rid));
        Assert.Equal(isOne ? text : null, isOne ? rid.ToString() : null);
    }

    [Fact]
    public void Redelivered_WhatWasCounted_IsKnownAfterARestart()
    {
        var dedup = new ChannelDeduplicator();
        var (one, two) = (UserId.Mas(1), UserId.Mas(2));
        dedup.Enter(one, 7);
        dedup.Enter(two, 7);
        dedup.IsNew(one, "bob", "msg", "lol", Start);
        dedup.Move(one, 7, 5);

        var again = ChannelDeduplicator.Read(dedup.TakeChanges().Set);

        Assert.True(again.HasCounted(one, 7, 5));
        Assert.False(again.HasCounted(one, 7, 6));
        Assert.False(again.HasCounted(one, 8, 5));
        Assert.False(again.IsNew(two, "bob", "msg", "lol", Start));
    }

    [Fact]
    public void Split_AfterARestart_IsTheSame()
    {
        var dedup = new ChannelDeduplicator();
        var split = dedup.Netsplits.Begin("a.b c.d", "irc:Net:1:7:5", Start);
        split.Add("Bob;x", "bob;x", Start);
        split.Add("carl", "carl", Start.AddSeconds(2));
        split.Add("Bob;x", "bob;x", Start.AddSeconds(1));
        Assert.True(dedup.Netsplits.Returns("carl", Start.AddSeconds(3)));

        var again = ChannelDeduplicator.Read(dedup.TakeChanges().Set);

        var read = again.Netsplits.Find("a.b c.d", Start.AddMinutes(5))!;
        Assert.Equal(("irc:Net:1:7:5", Start.AddSeconds(2), false), (read.Rid, read.Last, read.IsHealed));
        Assert.Equal(["Bob;x", "carl"], read.Nicks);
        Assert.Null(again.Netsplits.Find("a.b c.d", Start.AddMinutes(6)));
        Assert.Null(again.Netsplits.Find("a.b e.f", Start));
        Assert.False(again.Netsplits.Returns("carl", Start.AddMinutes(1)));
        Assert.True(again.Netsplits.Returns("bob;x", Start.AddMinutes(1)));
        Assert.True(read.IsHealed);
        // Who has come back is kept, too.
        Assert.Single(again.TakeChanges().Set);
    }

    [Fact]
    public void Splits_ThatAreOver_AreForgottenWithTheNextOne()
    {
        var dedup = new ChannelDeduplicator();
        dedup.Netsplits.Begin("a.b c.d", "1", Start).Add("bob", "bob", Start);
        dedup.Netsplits.Begin("e.f g.h", "2", Start.AddMinutes(8)).Add("carl", "carl", Start.AddMinutes(8));
        var kept = dedup.TakeChanges().Set;
        Assert.Equal(2, kept.Count);

        dedup.Netsplits.Begin("e.f g.h", "3", Start.AddMinutes(11)).Add("carl", "carl", Start.AddMinutes(11));

        var (set, removed) = dedup.TakeChanges();
        Assert.Equal(kept.Select(entry => entry.Name).Order(), removed.Order());
        Assert.Equal("s:e.f g.h\03\0carl", Assert.Single(set).Name);
        // A parser that died before they were removed: the newer one counts, and the older goes with the next change.
        var again = ChannelDeduplicator.Read([.. kept, .. set]);
        Assert.Equal("3", again.Netsplits.Find("e.f g.h", Start.AddMinutes(11))!.Rid);
        Assert.Equal("s:e.f g.h\02\0carl", Assert.Single(again.TakeChanges().Removed));
    }

    [Fact]
    public void Presence_OfALaggingConnection_NeitherEndsNorBeginsAgain()
    {
        var dedup = new ChannelDeduplicator();
        var (fast, slow) = (UserId.Mas(1), UserId.Mas(2));
        dedup.Enter(fast, 1);
        dedup.Enter(slow, 1);

        Assert.True(dedup.IsNewLeave(fast, "bob", Start));
        Assert.True(dedup.HasLeftSince(slow, "bob"));
        Assert.True(dedup.IsNewJoin(fast, "bob", Start));
        Assert.True(dedup.HasJoinedSince(slow, "bob"));

        // The slow one tells the end of the presence before: bob stays.
        Assert.False(dedup.IsNewLeave(slow, "bob", Start));
        Assert.False(dedup.IsNewJoin(slow, "bob", Start));
        Assert.True(dedup.IsNewLeave(slow, "bob", Start));
        Assert.False(dedup.IsNewLeave(fast, "bob", Start));
    }

    private static void RunOne(int seed)
    {
        var random = new Random(seed);
        var listeners = Enumerable.Range(1, random.Next(2, 5)).Select(i => UserId.Mas(i)).ToArray();
        var stream = MakeStream(random);
        var dedup = new ChannelDeduplicator();
        var kept = new Dictionary<RedisValue, RedisValue>();
        foreach (var listener in listeners)
            dedup.Enter(listener, 1);
        var places = new int[listeners.Length];
        var accepted = new List<string>();
        var now = Start;
        while (places.Any(place => place < stream.Count))
        {
            var i = random.Next(listeners.Length);
            if (places[i] == stream.Count)
                continue;
            var (nick, what, text) = stream[places[i]++];
            now += TimeSpan.FromMilliseconds(10);
            var isNew = what switch
            {
                "join" => dedup.IsNewJoin(listeners[i], nick, now),
                "leave" => dedup.IsNewLeave(listeners[i], nick, now),
                _ => dedup.IsNew(listeners[i], nick, what, text, now),
            };
            if (isNew)
                accepted.Add($"{nick} {what} {text}");
            Keep(dedup, kept);
            // A parser that was killed reads what its predecessor kept.
            if (random.Next(20) == 0)
                dedup = ChannelDeduplicator.Read(kept.Select(entry => new HashEntry(entry.Key, entry.Value)));
        }
        Assert.Equal(
            stream.Select(line => $"{line.Nick} {line.What} {line.Text}").Order(StringComparer.Ordinal),
            accepted.Order(StringComparer.Ordinal));
    }

    private static List<(string Nick, string What, string Text)> MakeStream(Random random)
    {
        var there = Nicks.Where(_ => random.Next(2) == 0).ToHashSet(StringComparer.Ordinal);
        var stream = new List<(string, string, string)>();
        for (var i = 0; i < 40; i++)
        {
            var nick = Nicks[random.Next(Nicks.Length)];
            if (random.Next(3) > 0)
                stream.Add((nick, "msg", Texts[random.Next(Texts.Length)]));
            else if (there.Add(nick))
                stream.Add((nick, "join", ""));
            else if (there.Remove(nick))
                stream.Add((nick, "leave", ""));
        }
        return stream;
    }

    private static void Keep(ChannelDeduplicator dedup, Dictionary<RedisValue, RedisValue> kept)
    {
        var (set, removed) = dedup.TakeChanges();
        foreach (var entry in set)
            kept[entry.Name] = entry.Value;
        foreach (var name in removed)
            kept.Remove(name);
    }
}

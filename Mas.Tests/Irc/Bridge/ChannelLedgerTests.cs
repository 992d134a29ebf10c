using Mas.Core.Model;
using Mas.IrcBackend.Bridge;
using Mas.IrcBackend.State;
using StackExchange.Redis;

namespace Mas.Tests.Irc.Bridge;

/// <summary>
/// The ledger of a shared channel against a model: whatever the lag between connections, what is accepted is what
/// happened.
/// </summary>
public sealed class ChannelLedgerTests
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
        var ledger = new ChannelLedger();
        var user = UserId.Mas(1);
        ledger.Enter(user, 1);

        Assert.True(ledger.IsNew(user, "bob", "msg", "lol", Start));
        Assert.True(ledger.IsNewJoin(user, "bob", Start));
        Assert.True(ledger.IsNewLeave(user, "bob", Start));
        Assert.Single(ledger.TakeChanges().Set);
    }

    [Fact]
    public void MessageIds_OfTwoConnections_AreAcceptedOnce()
    {
        var ledger = new ChannelLedger();
        ledger.Enter(UserId.Mas(1), 1);
        ledger.Enter(UserId.Mas(2), 1);

        Assert.True(ledger.IsNewId("abc", Start));
        Assert.False(ledger.IsNewId("abc", Start));
        Assert.True(ledger.IsNewId("abd", Start));
    }

    [Fact]
    public void LeftOver_PostedButNotCounted_IsGivenOnce()
    {
        var (alice, dora) = (UserId.Mas(1), UserId.Mas(2));
        var ledger = new ChannelLedger();
        ledger.Enter(alice, 7);
        ledger.Move(alice, 7, 10);
        // Alone nothing is written; once there is a second one, it is how far the first had come by then.
        ledger.Enter(dora, 3);
        ledger.Move(dora, 3, 2);
        ledger = ChannelLedger.Read(ledger.TakeChanges().Set);

        Assert.False(ledger.TakeLeftOver(new LineRid("Net", "1", 7, 10)));
        Assert.True(ledger.TakeLeftOver(new LineRid("Net", "1", 7, 11)));
        Assert.False(ledger.TakeLeftOver(new LineRid("Net", "1", 7, 11)));
        Assert.False(ledger.TakeLeftOver(new LineRid("Net", "1", 6, 99)));
        Assert.True(ledger.TakeLeftOver(new LineRid("Net", "2", 3, 3)));
        Assert.False(ledger.TakeLeftOver(new LineRid("Net", "3", 1, 1)));
    }

    [Theory]
    [InlineData("irc:Net:12:33554433:6", true)]
    [InlineData("irc:A:B:12:33554433:6", true)]
    [InlineData("irc:Net:12:33554433:6/0", false)]
    [InlineData("irc:12:33554433:6", false)]
    [InlineData("m:irc", false)]
    [InlineData("", false)]
    [InlineData(null, false)]
    public void LineRid_Text_IsReadBack(string? text, bool isOne)
    {
        Assert.Equal(isOne, LineRid.TryParse(text, out var rid));
        Assert.Equal(isOne ? text : null, isOne ? rid.ToString() : null);
    }

    [Fact]
    public void Redelivered_WhatWasCounted_IsKnownAfterARestart()
    {
        var ledger = new ChannelLedger();
        var (one, two) = (UserId.Mas(1), UserId.Mas(2));
        ledger.Enter(one, 7);
        ledger.Enter(two, 7);
        ledger.IsNew(one, "bob", "msg", "lol", Start);
        ledger.Move(one, 7, 5);

        var again = ChannelLedger.Read(ledger.TakeChanges().Set);

        Assert.True(again.HasCounted(one, 7, 5));
        Assert.False(again.HasCounted(one, 7, 6));
        Assert.False(again.HasCounted(one, 8, 5));
        Assert.False(again.IsNew(two, "bob", "msg", "lol", Start));
    }

    [Fact]
    public void Split_AfterARestart_IsTheSame()
    {
        var ledger = new ChannelLedger();
        var split = ledger.Splits.Begin("a.b c.d", "irc:Net:1:7:5", Start);
        split.Add("Bob;x", "bob;x", Start);
        split.Add("carl", "carl", Start.AddSeconds(2));
        split.Add("Bob;x", "bob;x", Start.AddSeconds(1));
        Assert.True(ledger.Splits.Returns("carl", Start.AddSeconds(3)));

        var again = ChannelLedger.Read(ledger.TakeChanges().Set);

        var read = again.Splits.Find("a.b c.d", Start.AddMinutes(5))!;
        Assert.Equal(("irc:Net:1:7:5", Start.AddSeconds(2), false), (read.Rid, read.Last, read.IsHealed));
        Assert.Equal(["Bob;x", "carl"], read.Nicks);
        Assert.Null(again.Splits.Find("a.b c.d", Start.AddMinutes(6)));
        Assert.Null(again.Splits.Find("a.b e.f", Start));
        Assert.False(again.Splits.Returns("carl", Start.AddMinutes(1)));
        Assert.True(again.Splits.Returns("bob;x", Start.AddMinutes(1)));
        Assert.True(read.IsHealed);
        // Who has come back is kept, too.
        Assert.Single(again.TakeChanges().Set);
    }

    [Fact]
    public void Splits_ThatAreOver_AreForgottenWithTheNextOne()
    {
        var ledger = new ChannelLedger();
        ledger.Splits.Begin("a.b c.d", "1", Start).Add("bob", "bob", Start);
        ledger.Splits.Begin("e.f g.h", "2", Start.AddMinutes(8)).Add("carl", "carl", Start.AddMinutes(8));
        var kept = ledger.TakeChanges().Set;
        Assert.Equal(2, kept.Count);

        ledger.Splits.Begin("e.f g.h", "3", Start.AddMinutes(11)).Add("carl", "carl", Start.AddMinutes(11));

        var (set, removed) = ledger.TakeChanges();
        Assert.Equal(kept.Select(entry => entry.Name).Order(), removed.Order());
        Assert.Equal("s:e.f g.h\03\0carl", Assert.Single(set).Name);
        // A parser that died before they were removed: the newer one counts, and the older goes with the next change.
        var again = ChannelLedger.Read([.. kept, .. set]);
        Assert.Equal("3", again.Splits.Find("e.f g.h", Start.AddMinutes(11))!.Rid);
        Assert.Equal("s:e.f g.h\02\0carl", Assert.Single(again.TakeChanges().Removed));
    }

    [Fact]
    public void Presence_OfALaggingConnection_NeitherEndsNorBeginsAgain()
    {
        var ledger = new ChannelLedger();
        var (fast, slow) = (UserId.Mas(1), UserId.Mas(2));
        ledger.Enter(fast, 1);
        ledger.Enter(slow, 1);

        Assert.True(ledger.IsNewLeave(fast, "bob", Start));
        Assert.True(ledger.HasLeftSince(slow, "bob"));
        Assert.True(ledger.IsNewJoin(fast, "bob", Start));
        Assert.True(ledger.HasJoinedSince(slow, "bob"));

        // The slow one tells the end of the presence before: bob stays.
        Assert.False(ledger.IsNewLeave(slow, "bob", Start));
        Assert.False(ledger.IsNewJoin(slow, "bob", Start));
        Assert.True(ledger.IsNewLeave(slow, "bob", Start));
        Assert.False(ledger.IsNewLeave(fast, "bob", Start));
    }

    private static void RunOne(int seed)
    {
        var random = new Random(seed);
        var listeners = Enumerable.Range(1, random.Next(2, 5)).Select(i => UserId.Mas(i)).ToArray();
        var stream = MakeStream(random);
        var ledger = new ChannelLedger();
        var kept = new Dictionary<RedisValue, RedisValue>();
        foreach (var listener in listeners)
            ledger.Enter(listener, 1);
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
                "join" => ledger.IsNewJoin(listeners[i], nick, now),
                "leave" => ledger.IsNewLeave(listeners[i], nick, now),
                _ => ledger.IsNew(listeners[i], nick, what, text, now),
            };
            if (isNew)
                accepted.Add($"{nick} {what} {text}");
            Keep(ledger, kept);
            // A parser that was killed reads what its predecessor kept.
            if (random.Next(20) == 0)
                ledger = ChannelLedger.Read(kept.Select(entry => new HashEntry(entry.Key, entry.Value)));
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

    private static void Keep(ChannelLedger ledger, Dictionary<RedisValue, RedisValue> kept)
    {
        var (set, removed) = ledger.TakeChanges();
        foreach (var entry in set)
            kept[entry.Name] = entry.Value;
        foreach (var name in removed)
            kept.Remove(name);
    }
}

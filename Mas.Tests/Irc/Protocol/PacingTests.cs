using System.Text;
using Mas.IrcBackend.Protocol;
using Mas.IrcBackend.Protocol.Session;

namespace Mas.Tests.Irc.Protocol;

public class PacingTests
{
    private static readonly DateTimeOffset Start = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    [Fact]
    public void Budget_AfterABurst_AllowsASteadyRate()
    {
        var budget = new OutputBudget(10, TimeSpan.FromSeconds(2), Start);
        Assert.Equal(10, Enumerable.Range(0, 20).Count(_ => budget.TryTake(Start)));
        Assert.Equal(Start + TimeSpan.FromSeconds(2), budget.NextAt(Start), TimeSpan.FromMilliseconds(1));
        Assert.False(budget.TryTake(Start + TimeSpan.FromSeconds(1.9)));
        Assert.True(budget.TryTake(Start + TimeSpan.FromSeconds(2)));
        Assert.False(budget.TryTake(Start + TimeSpan.FromSeconds(2.1)));
        Assert.Equal(10, Enumerable.Range(0, 20).Count(_ => budget.TryTake(Start + TimeSpan.FromHours(1))));
    }

    [Fact]
    public void Queue_UrgentLines_JumpAndCostNothing()
    {
        var queue = new OutputQueue(new OutputBudget(1, TimeSpan.FromSeconds(2), Start)) { IsOpen = true };
        Assert.True(queue.TryAdd("a"));
        Assert.True(queue.TryAdd("b"));
        queue.AddUrgent("PONG :x");
        Assert.True(queue.TryTake(Start, out var first));
        Assert.True(queue.TryTake(Start, out var second));
        Assert.False(queue.TryTake(Start, out _));
        Assert.Equal(("PONG :x", "a"), (first, second));
        Assert.Equal(Start + TimeSpan.FromSeconds(2), queue.NextDue(Start)!.Value, TimeSpan.FromMilliseconds(1));
    }

    [Fact]
    public void Queue_TooManyLines_AreRefused()
    {
        var queue = new OutputQueue(new OutputBudget(1, TimeSpan.FromSeconds(2), Start));
        Assert.Equal(OutputQueue.MaxWaiting, Enumerable.Range(0, OutputQueue.MaxWaiting + 5).Count(i => queue.TryAdd($"{i}")));
    }

    [Fact]
    public void Backoff_GrowsIsJitteredAndStartsAnewOnlyAfterAStableMinute()
    {
        var backoff = new ReconnectBackoff(ReconnectBackoff.DefaultSteps);
        var random = new Random(1);
        foreach (var step in new[] { 30, 180, 3600, 3600, 3600 })
        {
            Assert.InRange(backoff.Next(random).TotalSeconds, step * 0.8, step * 1.2);
        }

        backoff.Lasted(TimeSpan.FromSeconds(59));
        Assert.InRange(backoff.Next(random).TotalSeconds, 3600 * 0.8, 3600 * 1.2);
        backoff.Lasted(TimeSpan.FromSeconds(60));
        Assert.Equal(0, backoff.Retries);
        Assert.InRange(backoff.Next(random).TotalSeconds, 24, 36);
        Assert.NotEqual(new ReconnectBackoff(ReconnectBackoff.DefaultSteps).Next(new Random(1)), new ReconnectBackoff(ReconnectBackoff.DefaultSteps).Next(new Random(2)));
    }

    [Fact]
    public void Joins_AHundredChannels_TakeFewLinesAndKeysStayWithTheirs()
    {
        var support = ISupportTests.With("CHANLIMIT=#:200");
        var targets = Enumerable.Range(0, 100).Select(i => new JoinTarget($"#channel{i}", i % 10 == 5 ? $"key{i}" : null));
        var plan = JoinBatcher.Plan(targets, support, []);
        Assert.Empty(plan.BeyondLimit);
        Assert.InRange(plan.Lines.Count, 2, 4);
        Assert.All(plan.Lines, line => Assert.InRange(Encoding.UTF8.GetByteCount(line) + 2, 1, 512));
        var pairs = plan.Lines.Select(line => line.Split(' ')).SelectMany(words =>
            words[1].Split(',').Select((channel, i) => (channel, key: words.Length > 2 && i < words[2].Split(',').Length ? words[2].Split(',')[i] : null))).ToList();
        Assert.Equal(100, pairs.Count);
        Assert.All(pairs, pair => Assert.Equal(pair.channel.EndsWith('5') ? pair.channel.Replace("#channel", "key", StringComparison.Ordinal) : null, pair.key));
    }

    [Fact]
    public void Joins_Limits_AreKept()
    {
        var support = ISupportTests.With("TARGMAX=JOIN:2 CHANLIMIT=#:4");
        var plan = JoinBatcher.Plan([new("#a"), new("#b"), new("#c"), new("#d"), new("&e")], support, ["#in"]);
        Assert.Equal(["JOIN #a,#b", "JOIN #c,&e"], plan.Lines);
        Assert.Equal([new JoinTarget("#d")], plan.BeyondLimit);
    }

    [Fact]
    public void Joins_NoKey_SendsNone() => Assert.Equal(["JOIN #a"], JoinBatcher.Plan([new("#a", "")], new ISupport(), []).Lines);

    [Fact]
    public void Nicks_ServerThatCuts_NeverGetsTheSameTwiceAndItEnds()
    {
        var alternatives = new NickAlternatives("abcdefghij");
        var sent = "abcdefghij";
        var seen = new HashSet<string> { "abcdefghi" };
        var tries = 0;
        while (alternatives.Next(sent[..Math.Min(9, sent.Length)], sent, isInvalid: false) is { } next)
        {
            sent = next;
            Assert.True(next.Length <= 9, next);
            Assert.True(seen.Add(next), next);
            Assert.True(++tries <= NickAlternatives.MaxTries);
        }

        Assert.True(tries > 5);
    }

    [Fact]
    public void Nicks_KnownLength_IsKept() => Assert.Equal("abcdefgh_", new NickAlternatives("abcdefghi", 9).Next("abcdefghi", "abcdefghi", isInvalid: false));

    [Theory]
    [InlineData("bob", "bob_")]
    [InlineData("1bob", "1bob_")]
    public void Nicks_Taken_GetsATail(string wanted, string next) => Assert.Equal(next, new NickAlternatives(wanted).Next(wanted, wanted, isInvalid: false));

    [Theory]
    [InlineData("1bob", "m1bob")]
    [InlineData("böb", "bb")]
    [InlineData("漢", "m")]
    public void Nicks_NoNickAtAll_GetsPlainLetters(string wanted, string next) => Assert.Equal(next, new NickAlternatives(wanted).Next(wanted, wanted, isInvalid: true));
}

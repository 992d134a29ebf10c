using Mas.IrcBackend.Protocol;

namespace Mas.Tests.Irc.Protocol;

public class OutgoingTextTests
{
    private static readonly MultilineLimits Limits = new(100, 5);

    private static IReadOnlyList<OutgoingMessage> Plan(string text, MultilineLimits? limits) =>
        OutgoingText.Plan(text, line => MessageSplitter.Split(line, "PRIVMSG", "#c", 440), limits);

    [Fact]
    public void Plan_WithoutMultiline_MakesAMessageOfEachLine()
    {
        var plan = Plan("one\n\r\ntwo\n", null);
        Assert.Equal(["one", "two"], plan.Select(message => message.Body));
        Assert.Equal(["PRIVMSG #c :one"], plan[0].ToLines("PRIVMSG", "#c"));
    }

    [Fact]
    public void Plan_WithMultiline_MakesOneBatchWithItsEmptyLines()
    {
        var message = Assert.Single(Plan("\none\n\ntwo\n\n", Limits));
        Assert.Equal("one\n\ntwo", message.Body);
        Assert.Equal(
            ["BATCH +m draft/multiline #c", "@batch=m PRIVMSG #c :one", "@batch=m PRIVMSG #c :", "@batch=m PRIVMSG #c :two", "BATCH -m"],
            message.ToLines("PRIVMSG", "#c"));
    }

    [Fact]
    public void Plan_OneShortLine_IsNoBatch() =>
        Assert.Equal(["PRIVMSG #c :hi"], Assert.Single(Plan("hi\n", Limits)).ToLines("PRIVMSG", "#c"));

    [Fact]
    public void Plan_OneLongLine_IsContinuedInTheBatch()
    {
        var text = string.Join(' ', Enumerable.Repeat("word", 15));
        var lines = Assert.Single(Plan(text, Limits)).ToLines("PRIVMSG", "#c");
        Assert.StartsWith("@batch=m PRIVMSG #c :word", lines[1], StringComparison.Ordinal);
        Assert.All(lines.Skip(2).SkipLast(1), line => Assert.StartsWith("@batch=m;draft/multiline-concat PRIVMSG #c :", line, StringComparison.Ordinal));
        Assert.Equal(text, Join(lines));
    }

    [Fact]
    public void Plan_MoreThanTheLimits_MakesSeveralMessages()
    {
        Assert.Equal(["1\n2\n3\n4\n5", "6\n7"], Plan("1\n2\n3\n4\n5\n6\n7", Limits).Select(message => message.Body));
        var (a, b) = (new string('a', 30), new string('b', 69));
        // Two lines and the break between them are 100 bytes; one more is too much.
        Assert.Equal([$"{a}\n{b}"], Plan($"{a}\n{b}", Limits).Select(message => message.Body));
        Assert.Equal([a, b + "b"], Plan($"{a}\n{b}b", Limits).Select(message => message.Body));
    }

    [Fact]
    public void Plan_ALineBeyondTheLimits_GoesAsSingleLines()
    {
        var (near, far) = ("near", new string('x', 200));
        var plan = Plan($"{near}\n{far}\n{near}", Limits);
        Assert.Equal([near, far, near], plan.Select(message => message.Body));
        Assert.DoesNotContain(plan[1].ToLines("PRIVMSG", "#c"), line => line.StartsWith('@'));
    }

    [Theory]
    [InlineData("\n\n")]
    [InlineData("")]
    public void Plan_OfNothing_IsEmpty(string text)
    {
        Assert.Empty(Plan(text, null));
        Assert.Empty(Plan(text, Limits));
    }

    [Theory]
    [InlineData("max-bytes=4096,max-lines=24", 4096, 24)]
    [InlineData("max-lines=24,future,max-bytes=10,other=x", 10, 24)]
    [InlineData("max-bytes=4096", 4096, 20)]
    [InlineData("max-bytes=4096,max-lines=100000", 4096, 100)]
    [InlineData("max-lines=24", null, null)]
    [InlineData("max-bytes=0", null, null)]
    [InlineData("max-bytes=-1", null, null)]
    [InlineData("", null, null)]
    public void MultilineLimits_CapabilityValue_IsParsed(string value, int? bytes, int? lines) =>
        Assert.Equal(bytes is { } most ? new MultilineLimits(most, lines!.Value) : null, MultilineLimits.Parse(value));

    // As who receives it puts it together.
    private static string Join(IReadOnlyList<string> lines) => IncomingText.Of(IrcBatch.FromLines(lines)!)!.Text;
}

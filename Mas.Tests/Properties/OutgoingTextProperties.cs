using System.Globalization;
using System.Text;
using FsCheck;
using FsCheck.Fluent;
using Mas.IrcBackend.Protocol;

namespace Mas.Tests.Properties;

public class OutgoingTextProperties
{
    private const int PrefixBytes = 30;

    private static readonly Gen<string[]> Pieces =
        Gen.Elements("a", "word ", " ", "ä", "漢", "👍🏽", "👨‍👩‍👧‍👦", "e\u0301", "\n", "\r\n", "\0", new string('x', 70)).ArrayOf();

    [Theory]
    [InlineData(512, false)]
    [InlineData(512, true)]
    [InlineData(120, false)]
    [InlineData(120, true)]
    public void Split_AnyText_FitsLosesNothingAndCutsBetweenGraphemes(int lineBytes, bool isAction) => Property.Holds(Pieces, parts =>
    {
        var text = string.Concat(parts);
        var pieces = MessageSplitter.Split(text, "PRIVMSG", "#c", PrefixBytes, lineBytes, isAction);

        Assert.All(pieces, piece => Assert.InRange(Encoding.UTF8.GetByteCount($":{new string('p', PrefixBytes)} PRIVMSG #c :{piece}\r\n"), 1, lineBytes));
        var said = pieces.Select(piece => isAction ? Ctcp.Parse(piece)!.Text : piece).ToList();
        Assert.DoesNotContain("", said);
        var rest = new Queue<string>(said);
        foreach (var line in LinesOf(text.Replace("\0", "", StringComparison.Ordinal)))
        {
            var boundaries = StringInfo.ParseCombiningCharacters(line).Append(line.Length).ToHashSet();
            for (var at = 0; at < line.Length; at += rest.Dequeue().Length)
            {
                Assert.StartsWith(rest.Peek(), line[at..], StringComparison.Ordinal);
                Assert.Contains(at + rest.Peek().Length, boundaries);
            }
        }
        Assert.Empty(rest);
    });

    [Fact]
    public void Plan_AnyText_SaysItAllWithinTheLimits() => Property.Holds(
        from parts in Gen.Elements("\n", " ", "é", "👩‍👩‍👧", "\r\n", "word").ArrayOf()
        from bytes in Gen.Choose(1, 199)
        from lines in Gen.Choose(1, 7)
        select (Text: string.Concat(parts), Limits: new MultilineLimits(bytes, lines)),
        made =>
        {
            var plan = OutgoingText.Plan(made.Text, line => MessageSplitter.Split(line, "PRIVMSG", "#c", 440), made.Limits);

            Assert.Equal(LinesOf(made.Text), plan.SelectMany(message => LinesOf(message.Body)));
            foreach (var message in plan.Where(message => message.IsBatch))
            {
                Assert.Equal(message.Body, IncomingText.Of(IrcBatch.FromLines(message.ToLines("PRIVMSG", "#c"))!)!.Text);
                Assert.InRange(Encoding.UTF8.GetByteCount(message.Body), 1, made.Limits.MaxBytes);
                Assert.InRange(message.Pieces.Count, 2, made.Limits.MaxLines);
                Assert.DoesNotContain(message.Pieces, piece => piece is { Continues: true, Text: "" });
            }
        },
        times: 5_000);

    private static IEnumerable<string> LinesOf(string text) => text.ReplaceLineEndings("\n").Split('\n').Where(line => line.Length > 0);
}

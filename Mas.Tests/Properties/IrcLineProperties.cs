using System.Text;
using FsCheck;
using FsCheck.Fluent;
using Mas.IrcBackend.Protocol;

namespace Mas.Tests.Properties;

public class IrcLineProperties
{
    private static readonly Gen<string> Word = Property.TextOf("a", "B", "#", "!", "@", "=", ";", "\\", "+", "é", "👍", "\u0001", ":")
        .Select(text => text.TrimStart(':')).Where(text => text.Length > 0);

    private static readonly Gen<string> Text = Property.TextOf("a", " ", ":", "é", "👍", "\u0001", "word", ";", "\\");

    private static readonly Gen<string> TagKey = Gen.Elements("a", "msgid", "+draft/reply", "vendor.example/x", "+é");

    private static readonly Gen<string> TagValue = Property.TextOf("a", " ", ";", "\\", "\r", "\n", ":", "=", "é", "s");

    private static readonly Gen<IrcMessage> Messages =
        from command in Gen.Elements("PRIVMSG", "NOTICE", "001", "MODE")
        from source in Gen.Elements(null, "irc.example", "bob!~bob@host", "a!b", "a@b")
        from words in Word.ArrayOf()
        from text in Text
        from keys in TagKey.ArrayOf()
        from value in TagValue
        select new IrcMessage(
            command,
            [.. words, text],
            source is null ? null : IrcSource.Parse(source),
            keys.Distinct().Select((key, i) => KeyValuePair.Create(key, i == 0 ? value : $"{value}{i}")).ToDictionary());

    [Fact]
    public void Format_AnyMessage_ParsesToTheSame() => Property.Holds(Messages, message =>
    {
        Assert.True(IrcMessage.TryParse(IrcLine.Format(message), out var parsed));
        AssertSame(message, parsed);
    });

    [Fact]
    public void Parse_AnyLineThatIsOne_IsWrittenToTheSame() =>
        Property.Holds(Gen.Elements("@", "@", ":", ":", " ", " ", " ", "a", "B", "1", "=", ";", "\\", "!", "#", "+", "é", "\t", "👍").ArrayOf(), pieces =>
        {
            if (!IrcMessage.TryParse(string.Concat(pieces), out var message))
                return;
            Assert.True(IrcMessage.TryParse(IrcLine.Format(message), out var again));
            AssertSame(message, again);
        }, times: 5_000);

    [Fact]
    public void WithText_AnyWordsAndText_StayOneLineOfTheSameLength() =>
        Property.Holds(Gen.Elements("a", " ", ":", "\r", "\n", "\r\n", "\0", "é").ArrayOf(), pieces =>
        {
            var hostile = string.Concat(pieces);
            var line = IrcLine.WithText(hostile, "PRIVMSG", hostile, "#c");
            Assert.Equal(-1, line.AsSpan().IndexOfAny('\r', '\n', '\0'));
            Assert.True(IrcMessage.TryParse(line, out var message));
            Assert.Equal(("PRIVMSG", 3, "#c"), (message.Command, message.Parameters.Count, message.Parameter(1)));
        });

    [Fact]
    public void Framer_BytesInAnyPortions_GivesTheSameLines() =>
        Property.Holds(Gen.Elements("a", "é", "👍", "\n", "\r\n", "\r", " :x").ArrayOf(), portions =>
        {
            var whole = new LineFramer().Accept(Encoding.UTF8.GetBytes(string.Concat(portions)));
            var framer = new LineFramer();
            var inPortions = Encoding.UTF8.GetBytes(string.Concat(portions)).Chunk(3).SelectMany(portion => framer.Accept(portion).ToList());
            Assert.Equal(whole, inPortions);
        });

    private static void AssertSame(IrcMessage expected, IrcMessage actual)
    {
        Assert.Equal(expected.Command, actual.Command);
        Assert.Equal(expected.Source, actual.Source);
        Assert.Equal(expected.Parameters, actual.Parameters);
        Assert.Equal(expected.Tags.OrderBy(tag => tag.Key, StringComparer.Ordinal), actual.Tags.OrderBy(tag => tag.Key, StringComparer.Ordinal));
    }
}

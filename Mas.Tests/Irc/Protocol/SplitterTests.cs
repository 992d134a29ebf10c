using System.Globalization;
using System.Text;
using Mas.IrcBackend.Protocol;

namespace Mas.Tests.Irc.Protocol;

public class SplitterTests
{
    private const string Prefix = "bob!~bob@host.example";

    private static IReadOnlyList<string> Split(string text, bool isAction = false, int lineBytes = 512) =>
        MessageSplitter.Split(text, "PRIVMSG", "#channel", Prefix.Length, lineBytes, isAction);

    private static int Relayed(string piece) => Encoding.UTF8.GetByteCount($":{Prefix} PRIVMSG #channel :{piece}\r\n");

    [Fact]
    public void Split_ShortText_IsOnePiece() => Assert.Equal(["hello  there "], Split("hello  there "));

    [Fact]
    public void Split_SeveralLines_AreSeveralPieces() => Assert.Equal(["a", "b", "c", "d"], Split("a\nb\r\n\r\nc\rd\n"));

    [Fact]
    public void Split_LongText_FitsWithOurPrefixAndLosesNothing()
    {
        var text = string.Join(' ', Enumerable.Range(0, 400).Select(i => $"word{i}"));
        var pieces = Split(text);
        Assert.Equal(text, string.Concat(pieces));
        Assert.All(pieces, piece => Assert.InRange(Relayed(piece), 1, 512));
        Assert.All(pieces.SkipLast(1), piece => Assert.EndsWith(" ", piece, StringComparison.Ordinal));
        Assert.All(pieces.SkipLast(1), piece => Assert.InRange(Relayed(piece), 512 - 10, 512));
    }

    [Fact]
    public void Split_LineOfTheExactLength_IsNotSplit()
    {
        var room = 512 - Relayed("");
        Assert.Single(Split(new string('x', room)));
        Assert.Equal(2, Split(new string('x', room + 1)).Count);
    }

    [Theory]
    [InlineData("ä")]
    [InlineData("漢")]
    [InlineData("👍🏽")]
    [InlineData("👨‍👩‍👧‍👦")]
    [InlineData("e\u0301")]
    public void Split_WithoutSpaces_CutsBetweenGraphemes(string grapheme)
    {
        var text = string.Concat(Enumerable.Repeat(grapheme, 300));
        var pieces = Split(text);
        Assert.True(pieces.Count > 1);
        Assert.Equal(text, string.Concat(pieces));
        Assert.All(pieces, piece => Assert.InRange(Relayed(piece), 1, 512));
        Assert.All(pieces, piece => Assert.Equal(piece.Length / grapheme.Length, new StringInfo(piece).LengthInTextElements));
    }

    [Fact]
    public void Split_GraphemeLongerThanALine_IsCutBetweenCodePoints()
    {
        var text = "e" + string.Concat(Enumerable.Repeat("\u0301", 600));
        var pieces = Split(text);
        Assert.Equal(text, string.Concat(pieces));
        Assert.All(pieces, piece => Assert.InRange(Relayed(piece), 1, 512));
    }

    [Fact]
    public void Split_Action_EveryPieceHasItsWrapper()
    {
        var pieces = Split(string.Join(' ', Enumerable.Repeat("dances", 200)), isAction: true);
        Assert.True(pieces.Count > 1);
        Assert.All(pieces, piece =>
        {
            Assert.True(Ctcp.Parse(piece)!.IsAction);
            Assert.EndsWith("\u0001", piece, StringComparison.Ordinal);
            Assert.InRange(Relayed(piece), 1, 512);
        });
    }

    [Fact]
    public void Split_LongerLinesAllowed_AreUsed() => Assert.Single(Split(new string('x', 1800), lineBytes: 2048));

    [Fact]
    public void Split_NulAndLoneSurrogate_AreCleaned() => Assert.Equal(["ab\uFFFDc"], Split("a\0b\uD800c"));

    [Fact]
    public void Split_RoomForNothing_StillEnds()
    {
        var text = string.Concat(Enumerable.Repeat("👍🏽", 20));
        Assert.Equal(text, string.Concat(MessageSplitter.Split(text, "PRIVMSG", new string('x', 600), 100)));
    }

    [Fact]
    public void PrefixBytes_UnknownHost_CountsWhatTheServerAllows()
    {
        var support = ISupportTests.With("USERLEN=12 HOSTLEN=64");
        Assert.Equal(3 + 1 + 13 + 1 + 64, MessageSplitter.PrefixBytes("bob", null, null, support));
        Assert.Equal(Prefix.Length, MessageSplitter.PrefixBytes("bob", "~bob", "host.example", support));
    }

    [Theory]
    [InlineData("QUIT :äöü", 512, "QUIT :äöü")]
    [InlineData("ABCDEFGHä", 11, "ABCDEFGH")]
    [InlineData("@tag=1 ABCDEFGHIJ", 10, "@tag=1 ABCDEFGH")]
    public void LineLimit_LongLine_IsCutBetweenCharacters(string line, int bytes, string cut) =>
        Assert.Equal(cut, Encoding.UTF8.GetString(LineLimit.Cut(Encoding.UTF8.GetBytes(line), bytes)));
}

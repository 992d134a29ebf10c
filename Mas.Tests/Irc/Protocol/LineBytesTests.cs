using System.Text;
using Mas.IrcBackend.Protocol;

namespace Mas.Tests.Irc.Protocol;

public class LineBytesTests
{
    private static readonly Encoding Latin9 = new Func<Encoding>(() =>
    {
        _ = new LineCharset();
        return Encoding.GetEncoding("ISO-8859-15");
    })();

    [Fact]
    public void Framer_LfAloneCrLfAndEmptyLines_GivesLines()
    {
        var framer = new LineFramer();
        var lines = framer.Accept("a\nb\r\n\r\n\nc\r\r\nrest"u8);
        Assert.Equal(["a", "b", "c"], lines.Select(line => Encoding.ASCII.GetString(line)));
        Assert.Equal(["rest of it"], framer.Accept(" of it\n"u8).Select(line => Encoding.ASCII.GetString(line)));
    }

    [Fact]
    public void Framer_EveryWayToSplitTheBytes_GivesTheSameLines()
    {
        var bytes = Encoding.UTF8.GetBytes(":a PRIVMSG #c :grüße 👍\r\nPING x\n");
        for (var at = 0; at <= bytes.Length; at++)
        {
            var framer = new LineFramer();
            IEnumerable<byte[]> lines = [.. framer.Accept(bytes.AsSpan(0, at)), .. framer.Accept(bytes.AsSpan(at))];
            Assert.Equal([":a PRIVMSG #c :grüße 👍", "PING x"], lines.Select(line => new LineCharset().Decode(line)));
        }
    }

    [Fact]
    public void Framer_LineTooLong_IsDroppedAndTheNextOneComes()
    {
        var framer = new LineFramer(maxLineBytes: 100);
        Assert.Empty(framer.Accept(new byte[90]));
        Assert.Empty(framer.Accept(new byte[90]));
        Assert.Equal(["ok"], framer.Accept("xx\nok\n"u8).Select(line => Encoding.ASCII.GetString(line)));
        Assert.Equal(1, framer.DroppedLines);
    }

    [Fact]
    public void Decode_ValidUtf8_IsUtf8() => Assert.Equal("grüße €", new LineCharset().Decode(Encoding.UTF8.GetBytes("grüße €")));

    [Theory]
    [InlineData("grüße")]
    [InlineData("10 €")]
    [InlineData("caf\u00e9")]
    public void Decode_OtherBytes_AreTheFallback(string text) => Assert.Equal(text, new LineCharset().Decode(Latin9.GetBytes(text)));

    [Fact]
    public void Decode_Utf8CutByTheServer_StaysUtf8()
    {
        var bytes = Encoding.UTF8.GetBytes("grüße 👍");
        Assert.Equal("grüße ", new LineCharset().Decode(bytes.AsSpan(0, bytes.Length - 1)));
        Assert.Equal("grüße ", new LineCharset().Decode(bytes.AsSpan(0, bytes.Length - 3)));
    }

    [Fact]
    public void Encode_FallbackWanted_IsUsedOnlyWhenTheTextFits()
    {
        var charset = new LineCharset("ISO-8859-15", sendsFallback: true);
        Assert.Equal(Latin9.GetBytes("grüße €"), charset.Encode("grüße €"));
        Assert.Equal(Encoding.UTF8.GetBytes("漢"), charset.Encode("漢"));
        Assert.Equal(Encoding.UTF8.GetBytes("grüße"), charset.Encode("grüße", utf8Only: true));
        Assert.Equal(Encoding.UTF8.GetBytes("grüße"), new LineCharset().Encode("grüße"));
    }

    [Fact]
    public void Charset_UnknownName_IsRefused() => Assert.Throws<ArgumentException>(() => new LineCharset("klingon"));

    [Theory]
    [InlineData("\u0001ACTION waves\u0001", "ACTION", "waves")]
    [InlineData("\u0001ACTION waves", "ACTION", "waves")]
    [InlineData("\u0001version\u0001", "VERSION", "")]
    [InlineData("\u0001PING  12 3\u0001", "PING", " 12 3")]
    public void Ctcp_Text_IsParsed(string text, string command, string rest) => Assert.Equal(new Ctcp(command, rest), Ctcp.Parse(text));

    [Theory]
    [InlineData("hello")]
    [InlineData("")]
    [InlineData("\u0001")]
    [InlineData("\u0001\u0001")]
    [InlineData("\u0001 x\u0001")]
    public void Ctcp_OtherText_IsNone(string text) => Assert.Null(Ctcp.Parse(text));
}

using Mas.IrcBackend.Protocol;

namespace Mas.Tests.Irc.Protocol;

/// <summary>Cases follow the public parser vectors of ircdocs (parser-tests, CC0) and lines seen from real servers.</summary>
public class IrcMessageTests
{
    public static TheoryData<string, string?, string, string[]> Lines => new()
    {
        { "foo bar baz asdf", null, "FOO", ["bar", "baz", "asdf"] },
        { ":coolguy foo bar baz asdf", "coolguy", "FOO", ["bar", "baz", "asdf"] },
        { "foo bar baz :asdf quux", null, "FOO", ["bar", "baz", "asdf quux"] },
        { "foo bar baz :", null, "FOO", ["bar", "baz", ""] },
        { "foo bar baz ::asdf", null, "FOO", ["bar", "baz", ":asdf"] },
        { ":coolguy foo bar baz :  asdf quux ", "coolguy", "FOO", ["bar", "baz", "  asdf quux "] },
        { ":coolguy PRIVMSG bar :lol :) ", "coolguy", "PRIVMSG", ["bar", "lol :) "] },
        { ":coolguy foo bar baz :  ", "coolguy", "FOO", ["bar", "baz", "  "] },
        { ":src JOIN #chan", "src", "JOIN", ["#chan"] },
        { ":src JOIN :#chan", "src", "JOIN", ["#chan"] },
        { ":src AWAY", "src", "AWAY", [] },
        { ":src AWAY ", "src", "AWAY", [] },
        { ":cool\tguy foo bar baz", "cool\tguy", "FOO", ["bar", "baz"] },
        { ":coolguy!ag@net\u00035w\u0003ork.admin PRIVMSG foo :bar baz", "coolguy!ag@net\u00035w\u0003ork.admin", "PRIVMSG", ["foo", "bar baz"] },
        { "COMMAND", null, "COMMAND", [] },
        { ":gravel.example 432  #momo :Erroneous Nickname: Illegal characters", "gravel.example", "432", ["#momo", "Erroneous Nickname: Illegal characters"] },
        { ":gravel.example MODE #tckk +n ", "gravel.example", "MODE", ["#tckk", "+n"] },
        { ":services.example MODE #foo-bar +o foobar  ", "services.example", "MODE", ["#foo-bar", "+o", "foobar"] },
        { ":SomeOp MODE #channel +oo SomeUser :AnotherUser", "SomeOp", "MODE", ["#channel", "+oo", "SomeUser", "AnotherUser"] },
        { "PING :a\r\n", null, "PING", ["a"] },
        { "PING :a\n", null, "PING", ["a"] },
        { "a b  c   d", null, "A", ["b", "c", "d"] },
    };

    [Theory]
    [MemberData(nameof(Lines))]
    public void Parse_Line_GivesItsParts(string line, string? source, string command, string[] parameters)
    {
        Assert.True(IrcMessage.TryParse(line, out var message));
        Assert.Equal(source, message.Source?.ToString());
        Assert.Equal(command, message.Command);
        Assert.Equal(parameters, message.Parameters);
    }

    [Theory]
    [InlineData("")]
    [InlineData("   ")]
    [InlineData(":source")]
    [InlineData("@tag=1")]
    [InlineData("@tag :source ")]
    [InlineData("@ @tag")]
    [InlineData(":source :text")]
    [InlineData("\r\n")]
    public void Parse_LineWithoutCommand_IsRefused(string line) => Assert.False(IrcMessage.TryParse(line, out _));

    [Theory]
    [InlineData("coolguy!ag@127.0.0.1", "coolguy", "ag", "127.0.0.1")]
    [InlineData("coolguy@127.0.0.1", "coolguy", null, "127.0.0.1")]
    [InlineData("coolguy!ag", "coolguy", "ag", null)]
    [InlineData("nick!a@b@host", "nick", "a@b", "host")]
    [InlineData("irc.example.net", "irc.example.net", null, null)]
    public void Source_Text_GivesItsParts(string text, string nick, string? user, string? host)
    {
        var source = IrcSource.Parse(text);
        Assert.Equal(new IrcSource(nick, user, host), source);
        Assert.Equal(text, source.ToString());
        Assert.Equal(nick.Contains('.', StringComparison.Ordinal), source.IsServer);
    }

    [Theory]
    [InlineData(@"@a=b;c=32;k;rt=ql7 foo", "a=b|c=32|k=|rt=ql7")]
    [InlineData(@"@a=b\\and\nk;c=72\s45;d=gh\:764 foo", "a=b\\and\nk|c=72 45|d=gh;764")]
    [InlineData(@"@foo=\\\\\:\\s\s\r\n COMMAND", "foo=\\\\;\\s \r\n")]
    [InlineData(@"@tag1=value\\ntest COMMAND", "tag1=value\\ntest")]
    [InlineData(@"@tag1=value\1 COMMAND", "tag1=value1")]
    [InlineData(@"@tag1=value1\ COMMAND", "tag1=value1")]
    [InlineData(@"@tag1=1;tag2=3;tag1=5;vendor/tag2=8 COMMAND", "tag1=5|tag2=3|vendor/tag2=8")]
    [InlineData(@"@c;h=;a=b :quux ab cd", "a=b|c=|h=")]
    public void Parse_Tags_AreUnescaped(string line, string tags)
    {
        Assert.True(IrcMessage.TryParse(line, out var message));
        Assert.Equal(tags, string.Join('|', message.Tags.OrderBy(tag => tag.Key, StringComparer.Ordinal).Select(tag => $"{tag.Key}={tag.Value}")));
    }

    [Fact]
    public void Parse_TagsOfTheGreatestLength_AreTaken()
    {
        var value = new string('x', IrcTags.MaxReceivedBytes - "@a= ".Length);
        Assert.True(IrcMessage.TryParse($"@a={value} :n!u@h PRIVMSG #c :text", out var message));
        Assert.Equal(value, message.Tag("a"));
        Assert.Equal("text", message.Last);
    }

    [Theory]
    [InlineData(@"@a=b\:\s\\;c :nick!user@host PRIVMSG #c :hello  there ")]
    [InlineData("PRIVMSG #c ::)")]
    [InlineData("TOPIC #c :")]
    [InlineData(":srv 001 nick word")]
    public void Format_ParsedMessage_ParsesToTheSame(string line)
    {
        Assert.True(IrcMessage.TryParse(line, out var message));
        Assert.Equal(line, IrcLine.Format(message));
    }

    [Theory]
    [InlineData("a\r\nQUIT :b", "PRIVMSG #c :a QUIT :b")]
    [InlineData("a\nb\0c\rd", "PRIVMSG #c :a bc d")]
    public void WithText_LineBreaksInText_StayOneLine(string text, string line) =>
        Assert.Equal(line, IrcLine.WithText(text, "PRIVMSG", "#c"));

    [Theory]
    [InlineData("#a\r\nQUIT", "JOIN #aQUIT k")]
    [InlineData("#a b", "JOIN #ab k")]
    [InlineData(":x", "JOIN x k")]
    [InlineData("", "JOIN * k")]
    public void Of_HostileWords_StayOneParameter(string word, string line) => Assert.Equal(line, IrcLine.Of("JOIN", word, "k"));

    [Theory]
    [InlineData("PRIVMSG a :b\r\nQUIT", "PRIVMSG a :b")]
    [InlineData("WHO\0 x\n", "WHO x")]
    [InlineData("  AWAY :x  ", "AWAY :x")]
    public void Raw_TypedLine_IsOneLine(string typed, string line) => Assert.Equal(line, IrcLine.Raw(typed));
}

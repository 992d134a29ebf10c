using Mas.IrcBackend.Protocol;

namespace Mas.Tests.Irc.Protocol;

public class ISupportTests
{
    internal static ISupport With(params string[] lines)
    {
        var support = new ISupport();
        foreach (var line in lines)
        {
            support.Apply(["nick", .. line.Split(' '), "are supported by this server"]);
        }

        return support;
    }

    [Fact]
    public void Defaults_BeforeAnyLine_AreThoseOfTheRfc()
    {
        var support = new ISupport();
        Assert.Equal("rfc1459", support.CaseMapping.Name);
        Assert.Equal("ov", support.Prefixes.Modes);
        Assert.Equal(512, support.LineLength);
        Assert.Null(support.NickLength);
        Assert.True(support.IsChannel("#c"));
        Assert.False(support.IsChannel("bob"));
        Assert.Null(support.MonitorLimit);
        Assert.Equal(3, support.ModesPerCommand);
    }

    [Fact]
    public void Apply_ManyTokens_AreAllUnderstood()
    {
        var support = With(
            "CASEMAPPING=ascii CHANTYPES=#& PREFIX=(qaohv)~&@%+ CHANMODES=beI,k,l,imnpst STATUSMSG=@+ MODES=6 MONITOR=100 WHOX",
            "TARGMAX=JOIN:4,PRIVMSG:3,KICK: CHANLIMIT=#:20,&: NICKLEN=30 CHANNELLEN=50 TOPICLEN=390 KICKLEN=180 BOT=B UTF8ONLY",
            "CLIENTTAGDENY=*,-typing NETWORK=My\\x20Net CHATHISTORY=500 LINELEN=2048 SAFERATE");
        Assert.Equal("ascii", support.CaseMapping.Name);
        Assert.Equal("qaohv", support.Prefixes.Modes);
        Assert.Equal(6, support.ModesPerCommand);
        Assert.Equal(100, support.MonitorLimit);
        Assert.True(support.HasWhox && support.IsUtf8Only && support.HasSafeRate);
        Assert.Equal(4, support.MaxTargets("JOIN"));
        Assert.Equal(3, support.MaxTargets("PRIVMSG"));
        Assert.Null(support.MaxTargets("KICK"));
        Assert.Equal(1, support.MaxTargets("NOTICE"));
        Assert.Equal(("#", 20), support.ChannelLimit("#c"));
        Assert.Null(support.ChannelLimit("&c"));
        Assert.Equal((30, 50, 390, 180), (support.NickLength, support.ChannelLength, support.TopicLength, support.KickLength));
        Assert.Equal('B', support.BotMode);
        Assert.Equal("My Net", support.NetworkName);
        Assert.Equal(500, support.ChatHistoryLimit);
        Assert.Equal(2048, support.LineLength);
        Assert.True(support.DeniesClientTag("react"));
        Assert.False(support.DeniesClientTag("typing"));
        Assert.Equal(("@", "#c"), support.SplitStatus("@#c"));
        Assert.Equal(("", "#c"), support.SplitStatus("#c"));
        Assert.Equal(("", "bob"), support.SplitStatus("bob"));
    }

    [Fact]
    public void Apply_LaterLine_ChangesAndTakesBack()
    {
        var support = With("CASEMAPPING=ascii NICKLEN=30 MONITOR=10 PREFIX=(ohv)@%+", "-MONITOR NICKLEN=16 -CASEMAPPING -PREFIX");
        Assert.Null(support.MonitorLimit);
        Assert.Equal(16, support.NickLength);
        Assert.Equal("rfc1459", support.CaseMapping.Name);
        Assert.Equal("ov", support.Prefixes.Modes);
    }

    [Theory]
    [InlineData("NICKLEN=x")]
    [InlineData("NICKLEN=-5")]
    [InlineData("NICKLEN=99999999999999999999")]
    [InlineData("PREFIX=(ov")]
    [InlineData("PREFIX=(ov)@")]
    [InlineData("CHANMODES=")]
    [InlineData("=")]
    [InlineData("-")]
    [InlineData("NETWORK=\\x")]
    [InlineData("NETWORK=\\xZZ")]
    public void Apply_HostileToken_LeavesDefaults(string token)
    {
        var support = With(token);
        Assert.Null(support.NickLength);
        Assert.Equal("ov", support.Prefixes.Modes);
        Assert.Equal(ChannelModeKind.Status, support.ChannelModes.KindOf('o', support.Prefixes));
    }

    [Fact]
    public void Modes_MixedKinds_TakeTheirOwnParameters()
    {
        var support = With("PREFIX=(qaohv)~&@%+ CHANMODES=beI,k,l,imnpst");
        var changes = ModeChange.ParseChannel(support, ["+ob-v+lk-k+i-l", "alice", "*!*@bad", "bob", "5", "key", "old"]);
        Assert.Equal(
            ["+o alice", "+b *!*@bad", "-v bob", "+l 5", "+k key", "-k old", "+i ", "-l "],
            changes.Select(change => $"{(change.Add ? '+' : '-')}{change.Mode} {change.Parameter}"));
    }

    [Fact]
    public void Modes_ListQueryAndMissingParameters_AreNoFault()
    {
        var support = With("PREFIX=(ov)@+ CHANMODES=b,k,l,imnpst");
        Assert.Equal([new ModeChange(true, 'b', ChannelModeKind.List, null)], ModeChange.ParseChannel(support, ["b"]));
        Assert.Equal([new ModeChange(true, 'o', ChannelModeKind.Status, null)], ModeChange.ParseChannel(support, ["+o"]));
        Assert.Equal([new ModeChange(true, 'X', ChannelModeKind.Flag, null)], ModeChange.ParseChannel(support, ["+X"]));
    }

    [Fact]
    public void Prefixes_LosingOperator_LeavesVoice()
    {
        var prefixes = MemberPrefixes.Parse("(qaohv)~&@%+");
        var status = prefixes.Change(prefixes.Change("", 'v', add: true), 'o', add: true);
        Assert.Equal("ov", status);
        Assert.Equal('@', prefixes.Role(status));
        Assert.Equal("v", prefixes.Change(status, 'o', add: false));
        Assert.Equal('+', prefixes.Role("v"));
    }

    [Theory]
    [InlineData("q", '*')]
    [InlineData("a", '@')]
    [InlineData("o", '@')]
    [InlineData("h", '@')]
    [InlineData("v", '+')]
    [InlineData("", 'u')]
    public void Prefixes_Status_HasTheRoleThatIsShown(string status, char role) =>
        Assert.Equal(role, MemberPrefixes.Parse("(qaohv)~&@%+").Role(status));

    [Theory]
    [InlineData("@+bob", "ov", "bob")]
    [InlineData("~&@%+bob", "qaohv", "bob")]
    [InlineData("bob", "", "bob")]
    [InlineData("+bob!u@h", "v", "bob!u@h")]
    public void Prefixes_NamesEntry_IsSplit(string entry, string status, string member)
    {
        var split = MemberPrefixes.Parse("(qaohv)~&@%+").SplitName(entry);
        Assert.Equal((status, member), (split.Status, split.Member.ToString()));
    }
}

using Mas.IrcBackend.Protocol.Session;

namespace Mas.Tests.Irc.Session;

public class NickTests
{
    private static SessionRig Taken(string support)
    {
        var rig = new SessionRig();
        rig.Sent();
        rig.Say(":s CAP * LS :");
        Assert.Equal(["NICK bob_"], rig.Say(":s 433 * bob :in use"));
        rig.SayAll(":s 001 bob_ :hi", $":s 005 bob_ {support} :are supported");
        return rig;
    }

    [Theory]
    [InlineData("433")]
    [InlineData("436")]
    [InlineData("437")]
    [InlineData("432")]
    public void Refused_Before001_TriesAnother(string numeric)
    {
        var rig = new SessionRig();
        rig.Sent();
        var sent = rig.Say($":s {numeric} * bob :no");
        Assert.StartsWith("NICK bob", Assert.Single(sent), StringComparison.Ordinal);
        Assert.NotEqual("NICK bob", sent[0]);
    }

    [Fact]
    public void Nick_WithADigitFirst_IsChangedOnlyWhenTheServerRefusesIt()
    {
        var rig = new SessionRig(SessionRig.Plan with { Nick = "7of9" });
        Assert.Contains("NICK 7of9", rig.Sent());
        rig.Registered("7of9");
        Assert.Equal("7of9", rig.Session.Nick);

        rig = new SessionRig(SessionRig.Plan with { Nick = "7of9" });
        rig.Sent();
        Assert.Equal(["NICK m7of9"], rig.Say(":s 432 * 7of9 :Erroneous nickname"));
    }

    [Fact]
    public void Refused_EveryTime_Ends()
    {
        var rig = new SessionRig();
        rig.Sent();
        var nick = "bob";
        var tries = 0;
        while (rig.Session.Outcome is null)
        {
            var sent = rig.Say($":s 433 * {nick} :in use");
            nick = sent.Length > 0 ? sent[0]["NICK ".Length..] : nick;
            Assert.True(++tries < 100);
        }

        Assert.Equal(OutcomeKind.NickRefused, rig.Session.Outcome.Kind);
        Assert.False(rig.Session.Outcome.IsTerminal);
    }

    [Fact]
    public void Refused_After001_IsShownAndTheNickStays()
    {
        var rig = new SessionRig().Registered();
        rig.Session.Send("NICK carol");
        rig.Sent();
        Assert.True(rig.Session.Receive(":s 433 bob carol :in use", rig.Now));
        Assert.Equal("bob", rig.Session.Nick);
        Assert.Empty(rig.Wait(TimeSpan.FromSeconds(45)));
    }

    [Fact]
    public void Regain_WithMonitor_TakesTheNickWhenItIsFree()
    {
        var rig = Taken("MONITOR=10");
        Assert.Equal(["MONITOR + bob"], rig.Say(":s 422 bob_ :no motd"));
        Assert.False(rig.Session.Receive(":s 730 bob_ :bob!u@h", rig.Now));
        Assert.Empty(rig.Sent());
        Assert.Equal(["NICK bob"], rig.Say(":s 731 bob_ :bob"));
        Assert.Equal(["MONITOR - bob"], rig.Say(":bob_!u@h NICK :bob"));
        Assert.Equal("bob", rig.Session.Nick);
        Assert.Equal("bob", Assert.IsType<SessionEvent.NickChanged>(rig.Events[^1]).Nick);
    }

    [Fact]
    public void Regain_WithoutMonitor_TriesByTheClockAndOnlyWeSeeIt()
    {
        var rig = Taken("NICKLEN=30");
        Assert.Empty(rig.Say(":s 422 bob_ :no motd"));
        Assert.Equal(["NICK bob"], rig.Wait(TimeSpan.FromSeconds(30)));
        Assert.False(rig.Session.Receive(":s 433 bob_ bob :in use", rig.Now));
        Assert.Contains("NICK bob", rig.Wait(TimeSpan.FromSeconds(30)));
    }

    [Fact]
    public void Regain_HolderLeaves_TriesAtOnce()
    {
        var rig = Taken("NICKLEN=30");
        rig.Say(":s 422 bob_ :no motd");
        Assert.Equal(["NICK bob"], rig.Say(":bob!u@h QUIT :bye"));
    }

    [Fact]
    public void Regain_UserChoosesAnother_Ends()
    {
        var rig = Taken("MONITOR=10");
        rig.Say(":s 422 bob_ :no motd");
        rig.Session.Send("NICK carol");
        Assert.Equal(["MONITOR - bob", "NICK carol"], rig.Sent());
        rig.Say(":bob_!u@h NICK carol");
        Assert.Equal("carol", rig.Session.WantedNick);
        Assert.DoesNotContain("NICK bob", rig.Wait(TimeSpan.FromMinutes(1)));
    }

    [Fact]
    public void ForcedChange_IsOursButNotFought()
    {
        var rig = new SessionRig().Registered();
        Assert.Empty(rig.Say(":bob!u@h NICK Guest1"));
        Assert.Equal("Guest1", rig.Session.Nick);
        Assert.Empty(rig.Wait(TimeSpan.FromSeconds(45)));
        Assert.Single(rig.Events.OfType<SessionEvent.NickChanged>());
    }

    [Fact]
    public void NickChange_ForcedToAUniqueId_WantsTheNickBack()
    {
        var rig = new SessionRig().Registered();
        rig.Say(":bob!u@h NICK 001AAAAAB");
        Assert.Equal("001AAAAAB", rig.Session.Nick);
        Assert.Equal(["NICK bob"], rig.Wait(TimeSpan.FromSeconds(30)));
    }

    [Fact]
    public void NickChange_OfAnother_IsNotOurs()
    {
        var rig = new SessionRig().Registered();
        rig.Say(":alice!u@h NICK bobby");
        Assert.Equal("bob", rig.Session.Nick);
        rig.Say(":BOB!u@h NICK Bob");
        Assert.Equal("Bob", rig.Session.Nick);
    }

    [Fact]
    public void Welcome_CutNick_IsWhatTheServerSays()
    {
        var rig = new SessionRig(SessionRig.Plan with { Nick = "bartholomew" });
        rig.Registered("bartholom", "NICKLEN=9");
        Assert.Equal("bartholom", rig.Session.Nick);
        Assert.Empty(rig.Wait(TimeSpan.FromSeconds(45)));
    }
}

using Mas.IrcBackend.Protocol.Session;

namespace Mas.Tests.Irc.Session;

public class RegistrationTests
{
    [Fact]
    public void Begin_FirstLines_AreCapThenNickAndUser() =>
        Assert.Equal(["CAP LS 302", "NICK bob", "USER bob 0 * :Bob"], new SessionRig().Sent());

    [Fact]
    public void Begin_ServerPassword_ComesBeforeNick() =>
        Assert.Equal(["CAP LS 302", "PASS :p w", "NICK bob", "USER bob 0 * :Bob"], new SessionRig(SessionRig.Plan with { ServerPassword = "p w" }).Sent());

    [Fact]
    public void Begin_PasswordOverPlainText_WaitsForAWordOfSts()
    {
        var plan = SessionRig.Plan with { ServerPassword = "secret", IsSecure = false };
        var rig = new SessionRig(plan);
        Assert.Equal(["CAP LS 302"], rig.Sent());
        rig.Say(":s CAP * LS :sts=port=6697,duration=1");
        Assert.Equal(OutcomeKind.StsUpgrade, rig.Session.Outcome!.Kind);
        Assert.Equal(6697, rig.Session.Outcome.StsPort);

        rig = new SessionRig(plan);
        rig.Sent();
        Assert.Equal(["CAP END", "PASS :secret", "NICK bob", "USER bob 0 * :Bob"], rig.Say(":s CAP * LS :"));

        rig = new SessionRig(plan);
        rig.Sent();
        Assert.Equal(["PASS :secret", "NICK bob", "USER bob 0 * :Bob"], rig.Wait(TimeSpan.FromSeconds(5)));
    }

    [Theory]
    [InlineData(":s CAP * LS :")]
    [InlineData(":s CAP * LS")]
    [InlineData(":s CAP * LS :unknown-cap another")]
    public void Cap_NothingForUs_EndsAtOnce(string line)
    {
        var rig = new SessionRig();
        rig.Sent();
        Assert.Equal(["CAP END"], rig.Say(line));
    }

    [Fact]
    public void Cap_ListInSeveralLines_IsMergedIntoOneRequest()
    {
        var rig = new SessionRig();
        rig.Sent();
        Assert.Empty(rig.Say(":s CAP * LS * :server-time batch unknown"));
        Assert.Equal(["CAP REQ :server-time batch away-notify"], rig.Say(":s CAP * LS :away-notify"));
        Assert.Equal(["CAP END"], rig.Say(":s CAP * ACK :server-time batch away-notify "));
        Assert.Equal(["away-notify", "batch", "server-time"], rig.Session.Summary.Capabilities.Keys.Order(StringComparer.Ordinal));
    }

    [Theory]
    [InlineData("message-tags server-time batch labeled-response echo-message standard-replies")]
    [InlineData("account-notify account-tag extended-join away-notify chghost setname invite-notify")]
    [InlineData("multi-prefix userhost-in-names no-implicit-names draft/no-implicit-names cap-notify extended-monitor")]
    [InlineData("draft/chathistory draft/event-playback draft/read-marker draft/multiline draft/message-redaction draft/channel-rename")]
    [InlineData("znc.in/playback znc.in/self-message")]
    public void Cap_ThatMeansSomethingHere_IsAskedForWhereItIsOffered(string offered)
    {
        var rig = new SessionRig();
        rig.Sent();
        Assert.Equal([$"CAP REQ :{offered}"], rig.Say($":s CAP * LS :{offered} sts=duration=0 unknown-cap"));
        Assert.Equal(["CAP END"], rig.Say($":s CAP * ACK :{offered}"));
        Assert.Equal(offered.Split(' ').Order(StringComparer.Ordinal), rig.Session.Summary.Capabilities.Keys.Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Cap_AcknowledgementInPieces_IsAwaited()
    {
        var rig = new SessionRig();
        rig.Sent();
        rig.Say(":s CAP * LS :server-time batch");
        Assert.Empty(rig.Say(":s CAP * ACK :server-time"));
        Assert.Equal(["CAP END"], rig.Say(":s CAP * ACK :batch"));
    }

    [Fact]
    public void Cap_RefusedBatch_IsRetriedOneByOne()
    {
        var rig = new SessionRig();
        rig.Sent();
        rig.Say(":s CAP * LS :server-time batch setname");
        Assert.Equal(["CAP REQ :server-time", "CAP REQ :batch", "CAP REQ :setname"], rig.Say(":s CAP * NAK :server-time batch setname"));
        Assert.Empty(rig.Say(":s CAP * ACK :server-time"));
        Assert.Empty(rig.Say(":s CAP * NAK :batch"));
        Assert.Equal(["CAP END"], rig.Say(":s CAP * ACK :setname"));
        Assert.Equal(["server-time", "setname"], rig.Session.Summary.Capabilities.Keys.Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Cap_NewAndDel_ChangeWhatIsInForce()
    {
        var rig = new SessionRig().Registered();
        Assert.Equal(["CAP REQ :setname"], rig.Say(":s CAP bob NEW :setname other"));
        Assert.Empty(rig.Say(":s CAP bob ACK :setname"));
        Assert.Contains("setname", rig.Session.Summary.Capabilities.Keys);
        Assert.IsType<SessionEvent.SummaryChanged>(rig.Events[^1]);
        rig.Say(":s CAP bob DEL :setname");
        Assert.DoesNotContain("setname", rig.Session.Summary.Capabilities.Keys);
    }

    [Fact]
    public void Cap_UnknownToTheServer_IsNoHindrance()
    {
        var rig = new SessionRig();
        rig.Sent();
        Assert.Empty(rig.Say(":s 421 * CAP :Unknown command"));
        rig.SayAll(":s 001 bob :hi", ":s 376 bob :end");
        Assert.True(rig.Session.IsRegistered);
    }

    [Theory]
    [InlineData("376")]
    [InlineData("422")]
    public void Registration_EndOrAbsenceOfMotd_CompletesIt(string numeric)
    {
        var rig = new SessionRig();
        rig.SayAll(":s CAP * LS :", ":s 001 Bob_real :hi");
        Assert.False(rig.Session.IsRegistered);
        rig.Say($":s {numeric} Bob_real :text");
        Assert.True(rig.Session.IsRegistered);
        Assert.Equal("Bob_real", rig.Session.Nick);
        Assert.Equal("Bob_real", rig.Events.OfType<SessionEvent.Registered>().Single().Summary.Nick);
    }

    [Fact]
    public void Registration_Deadline_EndsItAndIsCancelledBy001()
    {
        var rig = new SessionRig();
        rig.Wait(TimeSpan.FromSeconds(59));
        Assert.Null(rig.Session.Outcome);
        rig.Wait(TimeSpan.FromSeconds(1));
        Assert.Equal(OutcomeKind.TimedOut, rig.Session.Outcome!.Kind);

        rig = new SessionRig();
        rig.Wait(TimeSpan.FromSeconds(59));
        rig.Say(":s 001 bob :hi");
        rig.Wait(TimeSpan.FromSeconds(9));
        rig.Wait(TimeSpan.FromSeconds(40));
        Assert.Null(rig.Session.Outcome);
        Assert.True(rig.Session.IsRegistered);
    }

    [Theory]
    [InlineData("PING :abc def", "PONG :abc def")]
    [InlineData("PING 12345", "PONG :12345")]
    [InlineData(":s PING ::x", "PONG ::x")]
    [InlineData("PING :mas-alive", "PONG :mas-alive")]
    public void Ping_BeforeAndAfter001_IsAnsweredWithItsToken(string ping, string pong)
    {
        var rig = new SessionRig();
        rig.Sent();
        Assert.Equal([pong], rig.Say(ping));
        rig.Registered();
        Assert.Equal([pong], rig.Say(ping));
    }

    [Fact]
    public void Silence_IsAskedAfterAMinuteAndOverAfterHalfAMinuteMore()
    {
        var rig = new SessionRig().Registered();
        Assert.Empty(rig.Wait(TimeSpan.FromSeconds(59)));
        Assert.Equal(["PING :mas-alive"], rig.Wait(TimeSpan.FromSeconds(1)));
        rig.Wait(TimeSpan.FromSeconds(29));
        Assert.Null(rig.Session.Outcome);
        Assert.False(rig.Session.Receive(":s PONG s :mas-alive", rig.Now));
        rig.Wait(TimeSpan.FromSeconds(59));
        Assert.Null(rig.Session.Outcome);
        rig.Wait(TimeSpan.FromSeconds(1));
        rig.Wait(TimeSpan.FromSeconds(30));
        Assert.Equal(OutcomeKind.TimedOut, rig.Session.Outcome!.Kind);
    }

    [Theory]
    [InlineData("ERROR :Closing Link: 1.2.3.4 (K-Lined)", nameof(OutcomeKind.Banned), true)]
    [InlineData("ERROR :Closing link: (bob@1.2.3.4) [G-lined: spam]", nameof(OutcomeKind.Banned), true)]
    [InlineData("ERROR :You are banned from this server", nameof(OutcomeKind.Banned), true)]
    [InlineData(":s 465 bob :You are banned", nameof(OutcomeKind.Banned), true)]
    [InlineData(":s 464 bob :Password incorrect", nameof(OutcomeKind.Refused), true)]
    [InlineData("FAIL * ACCOUNT_REQUIRED :Log in first", nameof(OutcomeKind.Refused), true)]
    [InlineData("ERROR :Closing Link: 1.2.3.4 (Trying to reconnect too fast.)", nameof(OutcomeKind.Closed), false)]
    [InlineData("ERROR :Closing Link: 1.2.3.4 (Server shutting down)", nameof(OutcomeKind.Closed), false)]
    [InlineData("ERROR :Closing Link: urban.example (Ping timeout)", nameof(OutcomeKind.Closed), false)]
    public void Refusal_OfTheServer_IsTerminalOrNot(string line, string kind, bool isTerminal)
    {
        var rig = new SessionRig();
        rig.Say(line);
        Assert.Equal(kind, rig.Session.Outcome!.Kind.ToString());
        Assert.Equal(isTerminal, rig.Session.Outcome.IsTerminal);
    }

    [Fact]
    public void Sts_OverTls_IsToldAndNoUpgrade()
    {
        var rig = new SessionRig();
        rig.Say(":s CAP * LS :sts=port=1,duration=60");
        Assert.Null(rig.Session.Outcome);
        Assert.Equal(TimeSpan.FromMinutes(1), rig.Events.OfType<SessionEvent.StsAnnounced>().Single().Duration);
    }

    [Fact]
    public void Quit_ServerSilent_EndsSoon()
    {
        var rig = new SessionRig().Registered();
        rig.Session.Quit("bye", rig.Now);
        Assert.Equal(["QUIT :bye"], rig.Sent());
        rig.Wait(ClientSession.QuitTimeout);
        Assert.Equal(OutcomeKind.Stopped, rig.Session.Outcome!.Kind);
    }

    [Fact]
    public void Output_AfterRegistration_IsPacedAndPongJumps()
    {
        var rig = new SessionRig().Registered();
        for (var i = 0; i < 15; i++)
        {
            rig.Session.Send($"PRIVMSG #c :{i}");
        }

        Assert.Equal(10, rig.Sent().Length);
        Assert.Equal(["PONG :x"], rig.Say("PING :x"));
        Assert.Equal(["PRIVMSG #c :10"], rig.Wait(TimeSpan.FromSeconds(2)));
    }

    [Fact]
    public void Output_SafeRate_IsNotPaced()
    {
        var rig = new SessionRig().Registered(support: "SAFERATE");
        for (var i = 0; i < 100; i++)
        {
            rig.Session.Send($"PRIVMSG #c :{i}");
        }

        Assert.Equal(100, rig.Sent().Length);
    }

    [Fact]
    public void Output_WhereTheNetworksSettingSaysSo_IsNotPaced()
    {
        var rig = new SessionRig(SessionRig.Plan with { Interval = TimeSpan.Zero }).Registered();
        for (var i = 0; i < 100; i++)
        {
            rig.Session.Send($"PRIVMSG #c :{i}");
        }

        Assert.Equal(100, rig.Sent().Length);
    }

    [Fact]
    public void Output_BeforeRegistration_Waits()
    {
        var rig = new SessionRig();
        rig.Sent();
        rig.Session.Send("JOIN #c");
        Assert.Empty(rig.Sent());
        Assert.Contains("JOIN #c", rig.SayAll(":s CAP * LS :", ":s 001 bob :hi", ":s 376 bob :end"));
    }

    [Fact]
    public void Summary_LateISupport_IsPartOfIt()
    {
        var rig = new SessionRig().Registered();
        rig.Say(":s 005 bob -NICKLEN MONITOR=5 :are supported");
        Assert.Equal(2, rig.Session.Summary.ISupportLines.Count);
        Assert.Equal(5, rig.Session.Support.MonitorLimit);
        Assert.Null(rig.Session.Support.NickLength);
    }
}

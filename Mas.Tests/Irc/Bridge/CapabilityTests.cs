using System.Text;
using Mas.Tests.Client;
using Mas.Tests.Harness;

namespace Mas.Tests.Irc.Bridge;

/// <summary>What only some servers can do, through a whole MAS, against a scripted server.</summary>
public sealed class CapabilityTests : IAsyncLifetime
{
    private const string Tags = "message-tags server-time batch";

    private IrcServerMock? _mock;
    private IrcSystem? _system;

    private IrcSystem Irc => _system!;

    public async ValueTask InitializeAsync()
    {
        _mock = IrcServerMock.Plain();
        _system = await IrcSystem.StartAsync(_mock.Port, new Dictionary<string, string> { ["Irc:CredentialsKey"] = Convert.ToBase64String(new byte[32]) });
    }

    public async ValueTask DisposeAsync()
    {
        if (_system is not null)
            await _system.DisposeAsync();
        if (_mock is not null)
            await _mock.DisposeAsync();
    }

    [Fact]
    public async Task Credentials_OfAUser_LogInAndAreEncryptedInRedis()
    {
        var client = await Irc.Mas.NewClientAsync("acc");
        await ConnectAsync(client, new { mechanism = "plain", account = "acc", password = "hunter2hunter2" });
        await using var peer = await _mock!.AcceptAsync();
        await peer.ExpectStartAsync("USER ");
        await peer.SendAsync(":s CAP * LS :sasl=PLAIN", ":s CAP * ACK :sasl");
        await peer.ExpectStartAsync("AUTHENTICATE PLAIN");
        await peer.SendAsync("AUTHENTICATE +");
        var response = await peer.ExpectStartAsync("AUTHENTICATE ");
        Assert.Equal("acc\0acc\0hunter2hunter2", Encoding.UTF8.GetString(Convert.FromBase64String(response["AUTHENTICATE ".Length..])));
        await peer.SendAsync(":s 904 * :SASL authentication failed");
        await peer.ExpectStartAsync("CAP END");
        await Irc.ServerSaysAsync(client, "SASL authentication failed", "error");

        var stored = (string)(await Irc.Mas.Redis.Database.HashGetAsync($"networks:{client.UserId}:{IrcSystem.Network}", "account"))!;
        Assert.DoesNotContain("hunter2", Encoding.UTF8.GetString(Convert.FromBase64String(stored)), StringComparison.Ordinal);
        Assert.DoesNotContain("hunter2", Irc.Mas.Logs, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Credentials_ThatCannotWork_AreRefused()
    {
        var client = await Irc.Mas.NewClientAsync("acc");
        await Eventually.PassesAsync(async () =>
        {
            var ack = await client.RequestAsync("CONNECT", new { network = IrcSystem.Network, account = new { mechanism = "GSSAPI", account = "acc", password = "x" } });
            Assert.Equal("PARAMETER_INVALID", ack.Value<string>("status"));
        });
    }

    [Fact]
    public async Task History_OfAnOutage_IsFilledInOnceAndItsJoinsAreNoNews()
    {
        var (client, first) = await JoinedAsync("hist", "#c", $"{Tags} draft/chathistory", "CHATHISTORY=100");
        await first.SendAsync("@time=2026-01-01T10:00:00.000Z;msgid=one :bob!u@h PRIVMSG #c :before");
        await Irc.SeesAsync(client, "#c", "before");
        await first.DisposeAsync();

        await using var again = await RegisteredAsync(client, $"{Tags} draft/chathistory", "CHATHISTORY=100");
        await EnterAsync(again, client, "#c");
        var asked = await again.ExpectStartAsync("CHATHISTORY ");
        Assert.StartsWith("CHATHISTORY LATEST #c timestamp=", asked, StringComparison.Ordinal);
        await again.SendAsync(
            ":s BATCH +h chathistory #c",
            "@batch=h;time=2026-01-01T10:00:00.000Z;msgid=one :bob!u@h PRIVMSG #c :before",
            "@batch=h;time=2026-01-01T10:01:00.000Z :carol!u@h JOIN #c",
            "@batch=h;time=2026-01-01T10:02:00.000Z;msgid=two :carol!u@h PRIVMSG #c :meanwhile",
            ":s BATCH -h",
            "@msgid=three :bob!u@h PRIVMSG #c :after");
        await Irc.SeesAsync(client, "#c", "after");
        client.Read(view =>
        {
            Assert.Equal(1, IrcSystem.Count(view, "#c", "before"));
            Assert.Equal(1, IrcSystem.Count(view, "#c", "meanwhile"));
            Assert.Equal(2, view.Group("#c", IrcSystem.Network)!.Members.Count);
            Assert.Equal(
                DateTimeOffset.Parse("2026-01-01T10:02:00Z", System.Globalization.CultureInfo.InvariantCulture).ToUnixTimeSeconds(),
                view.Group("#c", IrcSystem.Network)!.Messages.Values.Single(message => message.Body == "meanwhile").Ts);
            return true;
        });
    }

    [Fact]
    public async Task Redaction_OfAMessage_DeletesIt()
    {
        var (client, peer) = await JoinedAsync("red", "#c", $"{Tags} draft/message-redaction");
        await using var _ = peer;
        await peer.SendAsync("@msgid=m1 :bob!u@h PRIVMSG #c :oops");
        await Irc.SeesAsync(client, "#c", "oops");
        await peer.SendAsync(":bob!u@h REDACT #c m1 :a mistake");
        await client.WaitAsync(view => view.Group("#c", IrcSystem.Network)!.Messages.Values.Any(message => message.Status == "deleted"), "the deletion");
    }

    [Fact]
    public async Task ReadMarker_ReadOnEitherSide_MovesOnTheOther()
    {
        var (client, peer) = await JoinedAsync("mark", "#c", $"{Tags} draft/read-marker");
        await using var _ = peer;
        await peer.SendAsync(":bob!u@h PRIVMSG #c :first");
        await Irc.SeesAsync(client, "#c", "first");
        var window = IrcSystem.Window(client, "#c");
        var gid = client.Read(view => view.Windows[window].Messages.Values.Single(message => message.Body == "first").Gid);
        await client.OkAsync("SEEN", new { windowId = window, gid });
        Assert.StartsWith("MARKREAD #c timestamp=20", await peer.ExpectStartAsync("MARKREAD "), StringComparison.Ordinal);

        await peer.SendAsync(":bob!u@h PRIVMSG #c :second", ":s MARKREAD #c timestamp=2100-01-01T00:00:00.000Z");
        await client.WaitAsync(view => view.Windows[window].Seen > gid, "the marker");
    }

    [Fact]
    public async Task Multiline_Said_IsOneMessageAndOneBatch()
    {
        var (client, peer) = await JoinedAsync("ml", "#c", $"{Tags} echo-message draft/multiline=max-bytes=4096,max-lines=24");
        await using var _ = peer;

        var gid = await client.SayAsync(IrcSystem.Window(client, "#c"), "one\ntwo\n\nthree");

        await peer.ExpectStartAsync("BATCH +m draft/multiline #c");
        await peer.ExpectAsync("@batch=m PRIVMSG #c :one", "@batch=m PRIVMSG #c :two", "@batch=m PRIVMSG #c :", "@batch=m PRIVMSG #c :three", "BATCH -m");
        var nick = client.Login.Nick;
        await peer.SendAsync($"@msgid=e1 :{nick}!u@h BATCH +e draft/multiline #c", $"@batch=e :{nick}!u@h PRIVMSG #c :one", $"@batch=e :{nick}!u@h PRIVMSG #c :two",
            $"@batch=e :{nick}!u@h PRIVMSG #c :", $"@batch=e :{nick}!u@h PRIVMSG #c :three", "BATCH -e", ":bob!u@h PRIVMSG #c :end");
        await Irc.SeesAsync(client, "#c", "end");
        var said = client.Read(view => view.Group("#c", IrcSystem.Network)!.Messages.Values.Where(message => message.Cat == "msg" && message.UserId == client.UserId).ToList());
        Assert.Equal(("one\ntwo\n\nthree", gid), (Assert.Single(said).Body, said[0].Gid));
    }

    [Fact]
    public async Task Multiline_Heard_IsOneMessageAndOnceForTwo()
    {
        var (alice, first) = await JoinedAsync("ml", "#c", $"{Tags} draft/multiline=max-bytes=4096");
        var (dora, second) = await JoinedAsync("ml", "#c", Tags);
        await using var _ = first;
        await using var __ = second;
        await first.SendAsync($":{dora.Login.Nick}!u@h JOIN #c");
        string[] batch =
        [
            "@msgid=b1 :bob!u@h BATCH +1 draft/multiline #c", "@batch=1 :bob!u@h PRIVMSG #c :hello", "@batch=1 :bob!u@h PRIVMSG #c :",
            "@batch=1 :bob!u@h PRIVMSG #c :how is ", "@batch=1;draft/multiline-concat :bob!u@h PRIVMSG #c :everyone?", "BATCH -1",
        ];

        await first.SendAsync(batch);
        await Irc.SeesAsync(alice, "#c", "hello\n\nhow is everyone?");
        // Who knows no such batches hears lines.
        await second.SendAsync("@msgid=b1 :bob!u@h PRIVMSG #c :hello", ":bob!u@h PRIVMSG #c :how is ", ":bob!u@h PRIVMSG #c :everyone?", ":bob!u@h PRIVMSG #c :end");
        await Irc.SeesAsync(dora, "#c", "end");

        Assert.Equal(1, dora.Read(view => IrcSystem.Count(view, "#c", "hello\n\nhow is everyone?")));
        Assert.Equal(0, dora.Read(view => IrcSystem.Count(view, "#c", "hello") + IrcSystem.Count(view, "#c", "everyone?")));
    }

    [Fact]
    public async Task Reply_ToAMessage_QuotesIt()
    {
        var (client, peer) = await JoinedAsync("rep", "#c", $"{Tags} echo-message");
        await using var _ = peer;
        await client.SayAsync(IrcSystem.Window(client, "#c"), "tea at five?");
        await peer.SendAsync($"@msgid=q1 :{client.Login.Nick}!u@h PRIVMSG #c :tea at five?", "@msgid=q2;+draft/reply=q1 :bob!u@h PRIVMSG #c :yes",
            "@msgid=q3;+reply=q2 :carol!u@h PRIVMSG #c :me too", "@msgid=q4;+draft/reply=nothing :dave!u@h PRIVMSG #c :what?");
        await Irc.SeesAsync(client, "#c", $"> {client.Login.Nick}: tea at five?\nyes");
        await Irc.SeesAsync(client, "#c", "> bob: yes\nme too");
        await Irc.SeesAsync(client, "#c", "what?");
    }

    [Fact]
    public async Task Reaction_HeardByTwoUsers_IsShownOnceAsALine()
    {
        var (alice, first) = await JoinedAsync("rea", "#c", $"{Tags} echo-message");
        var (dora, second) = await JoinedAsync("rea", "#c", $"{Tags} echo-message");
        await using var _ = first;
        await using var __ = second;
        await first.SendAsync($":{dora.Login.Nick}!u@h JOIN #c");
        await alice.SayAsync(IrcSystem.Window(alice, "#c"), "done");
        await first.SendAsync($"@msgid=d1 :{alice.Login.Nick}!u@h PRIVMSG #c :done");
        string[] reactions = ["@msgid=r1;+draft/reply=d1;+draft/react=👍 :bob!u@h TAGMSG #c", $"@+draft/react={new string('x', 200)} :bob!u@h TAGMSG #c", ":bob!u@h PRIVMSG #c :end"];

        await first.SendAsync(reactions);
        await Irc.SeesAsync(alice, "#c", "end");
        await second.SendAsync(reactions);
        await Irc.SeesAsync(alice, "#c", $"reacts with 👍 to “{alice.Login.Nick}: done”", "info");
        await second.SendAsync(":bob!u@h PRIVMSG #c :really");
        await Irc.SeesAsync(dora, "#c", "really");

        Assert.Equal(1, dora.Read(view => view.Group("#c", IrcSystem.Network)!.Messages.Values.Count(message => message.Body.Contains("reacts", StringComparison.Ordinal))));
    }

    [Fact]
    public async Task Redaction_OfWhatOneOfUsSaid_DeletesIt()
    {
        var (client, peer) = await JoinedAsync("red", "#c", $"{Tags} echo-message draft/message-redaction");
        await using var _ = peer;
        var gid = await client.SayAsync(IrcSystem.Window(client, "#c"), "oops");
        await peer.SendAsync($"@msgid=o1 :{client.Login.Nick}!u@h PRIVMSG #c :oops", ":op!u@h REDACT #c o1 :not here");
        await client.WaitAsync(view => view.Group("#c", IrcSystem.Network)!.Messages[gid].Status == "deleted", "the deletion");
    }

    [Fact]
    public async Task NetsplitBatch_IsOneLine()
    {
        var (client, peer) = await JoinedAsync("spl", "#c", Tags);
        await using var _ = peer;
        await peer.SendAsync(":s1!x@h JOIN #c", ":s2!x@h JOIN #c");
        await client.WaitAsync(view => view.Group("#c", IrcSystem.Network)!.Members.Count == 4, "all members");
        await peer.SendAsync(":s BATCH +n netsplit hub.example leaf.example", "@batch=n :s1!x@h QUIT :*.net *.split", "@batch=n :s2!x@h QUIT :*.net *.split", "BATCH -n");
        await Irc.SeesAsync(client, "#c", "Netsplit (hub.example leaf.example): 2 gone: s1, s2", "info");
        Assert.Equal(2, client.Read(view => view.Group("#c", IrcSystem.Network)!.Members.Count));
        await peer.SendAsync(":s BATCH +j netjoin hub.example leaf.example", "@batch=j :s1!x@h JOIN #c", "@batch=j :s2!x@h JOIN #c", "BATCH -j");
        await client.WaitAsync(view => view.Group("#c", IrcSystem.Network)!.Members.Count == 4, "they are back");
    }

    [Fact]
    public async Task Rename_OfAChannel_KeepsTheWindow()
    {
        var (client, peer) = await JoinedAsync("ren", "#old", "draft/channel-rename");
        await using var _ = peer;
        var window = IrcSystem.Window(client, "#old");
        await peer.SendAsync(":s RENAME #old #new :moved", ":bob!u@h PRIVMSG #new :here");
        await Eventually.HoldsAsync(async () => (string?)await Irc.Mas.Redis.Database.HashGetAsync("index:conversation", $"group:{IrcSystem.Network}:#new") is not null, "the new name");
        await client.WaitAsync(view => view.Windows[window].Messages.Values.Any(message => message.Body == "here"), "what is said under the new name");
    }

    [Fact]
    public async Task StandardReply_OfAnyKind_IsShownWhereItBelongs()
    {
        var (client, peer) = await JoinedAsync("std", "#c", "standard-replies");
        await using var _ = peer;
        await peer.SendAsync(":s FAIL TOPIC NOT_ALLOWED #c :You may not", ":s NOTE * SOMETHING :Just so you know");
        await Irc.SeesAsync(client, "#c", "You may not", "error");
        await Irc.ServerSaysAsync(client, "Just so you know");
    }

    [Fact]
    public async Task Join_WithNoImplicitNames_AsksForThem()
    {
        var (_, peer) = await JoinedAsync("nim", "#c", "no-implicit-names");
        await peer.ExpectAsync("NAMES #c");
        await peer.DisposeAsync();
    }

    [Fact]
    public async Task Bouncer_IsAskedForItsPlayback()
    {
        var client = await Irc.Mas.NewClientAsync("znc");
        await ConnectAsync(client, null);
        await using var peer = await RegisteredAsync(client, $"{Tags} znc.in/playback");
        await peer.ExpectAsync("PRIVMSG *playback :PLAY * 0");
    }

    private static async Task EnterAsync(IrcPeer peer, MasClient client, string channel) => await peer.SendAsync(
        $":{client.Login.Nick}!u@host.example JOIN {channel}", $":s 353 {client.Login.Nick} = {channel} :{client.Login.Nick} bob", $":s 366 {client.Login.Nick} {channel} :End");

    private static Task ConnectAsync(MasClient client, object? account) => IrcSystem.RequestAsync(
        client, "CONNECT", account is null ? new { network = IrcSystem.Network } : new { network = IrcSystem.Network, account });

    private async Task<IrcPeer> RegisteredAsync(MasClient client, string capabilities, string support = "NICKLEN=30")
    {
        var peer = await _mock!.AcceptAsync();
        await peer.ExpectStartAsync("USER ");
        await peer.SendAsync($":s CAP * LS :{capabilities}", $":s CAP * ACK :{capabilities}");
        await peer.ExpectStartAsync("CAP END");
        var nick = client.Login.Nick;
        await peer.SendAsync($":s 001 {nick} :Welcome", $":s 005 {nick} {support} :are supported by this server", $":s 422 {nick} :No MOTD");
        await Irc.IsAsync(client, "connected");
        return peer;
    }

    private async Task<(MasClient Client, IrcPeer Peer)> JoinedAsync(string name, string channel, string capabilities, string support = "NICKLEN=30")
    {
        var client = await Irc.Mas.NewClientAsync(name);
        await ConnectAsync(client, null);
        var peer = await RegisteredAsync(client, capabilities, support);
        await IrcSystem.RequestAsync(client, "JOIN", new { network = IrcSystem.Network, name = channel });
        await peer.ExpectStartAsync($"JOIN {channel}");
        await EnterAsync(peer, client, channel);
        await client.WaitAsync(view => view.Group(channel, IrcSystem.Network)?.Members.ContainsKey(client.UserId) == true, () => $"the window\n{Irc.Mas.Logs}");
        return (client, peer);
    }
}

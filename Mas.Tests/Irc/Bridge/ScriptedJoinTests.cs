using Mas.Tests.Harness;
using Newtonsoft.Json;
using Newtonsoft.Json.Linq;

namespace Mas.Tests.Irc.Bridge;

/// <summary>Names and refusals of channels, and lines of connections that are gone, against a scripted server.</summary>
public sealed class ScriptedJoinTests(ScriptedNetwork irc) : IClassFixture<ScriptedNetwork>
{
    private const string Network = IrcSystem.Network;
    private const string Bob = ":bob!b@host.example";

    [Fact]
    public async Task Join_SpeltInThreeWays_IsOneChannel()
    {
        var channel = IrcFixture.Name("#tea[x]");
        var upper = channel.ToUpperInvariant();
        var alice = await irc.ConnectedAsync("alice", "CASEMAPPING=rfc1459");
        await IrcSystem.RequestAsync(alice.Client, "JOIN", new { network = Network, name = channel });
        await alice.Peer.ExpectAsync($"JOIN {channel}");

        await alice.HearAsync(
            $":{alice.Nick}!u@host.example JOIN :{upper}", $":mock.server 353 {alice.Nick} = {channel.Replace('[', '{').Replace(']', '}')} :{alice.Nick} bob", $":mock.server 366 {alice.Nick} {channel} :End",
            $"{Bob} PRIVMSG {channel} :here");

        Assert.Equal(1, alice.Client.Read(view => view.Windows.Values.Count(window => window.Type == "group")));
        Assert.Equal(["bob", alice.Nick], alice.Members(upper).Keys.OrderDescending(StringComparer.Ordinal));
        Assert.Equal(1, alice.Count(upper, "here"));
        Assert.Equal(0, await irc.System.Mas.Redis.Database.HashLengthAsync($"ircpendingjoins:{alice.Client.UserId}:{Network}"));
    }

    [Fact]
    public async Task NoSuchChannel_OfAnythingElse_IsNoJoinFailure()
    {
        var (channel, pending, nowhere) = (IrcFixture.Name("#here"), IrcFixture.Name("#pending"), IrcFixture.Name("#nowhere"));
        var alice = await irc.JoinedAsync("alice", channel);
        await alice.Client.OkAsync("JOIN", new { network = Network, name = pending });
        await alice.Peer.ExpectStartAsync($"JOIN {pending}");

        await alice.HearAsync($":mock.server 403 {alice.Nick} {nowhere} :No such channel");

        await irc.System.ServerSaysAsync(alice.Client, $"{nowhere}: No such channel", "error");
        Assert.False(alice.Client.Read(view => view.OneOnOne(Client.ChatView.ServerUserId, Network)!.Messages.Values.Any(message => message.Body.StartsWith("Could not join", StringComparison.Ordinal))));
        Assert.True(await irc.System.Mas.Redis.Database.HashExistsAsync($"ircpendingjoins:{alice.Client.UserId}:{Network}", pending));
        Assert.NotNull(alice.Client.Read(view => view.Group(channel, Network)));
    }

    [Fact]
    public async Task Entries_OfAnEarlierConnection_AreDropped()
    {
        var channel = IrcFixture.Name("#late");
        var alice = await irc.JoinedAsync("alice", channel);
        var generation = (long)await irc.System.Mas.Redis.Database.HashGetAsync($"ircconnection:{alice.Client.UserId}:{Network}", "generation");
        await alice.Peer.DisposeAsync();
        await alice.ReconnectedAsync();
        await alice.Peer.ExpectStartAsync($"JOIN {channel}");
        await alice.EnterAsync(channel);

        await PushAsync(new { type = "LINE", generation, seq = 1_000, ts = 0, line = $"{Bob} PRIVMSG {channel} :too late" });
        await PushAsync(new { type = "LINE", generation, seq = 1_001, ts = 0, line = $":{alice.Nick}!u@host.example PART {channel}" });
        await PushAsync(new { type = "EVENT", generation, seq = 1_002, ts = 0, @event = "ended", text = "long ago", retryCount = 1 });
        await alice.HearAsync($"{Bob} PRIVMSG {channel} :in time");

        Assert.Equal((0, 1), (alice.Count(channel, "too late"), alice.Count(channel, "in time")));
        Assert.Equal("connected", alice.Client.Read(view => view.Networks[Network].Value<string>("state")));
        Assert.Equal(0, alice.Client.Read(view => view.OneOnOne(Client.ChatView.ServerUserId, Network)!.Messages.Values.Count(message => message.Body == "long ago")));

        async Task PushAsync(object entry)
        {
            var json = JObject.FromObject(entry);
            json["rid"] = IrcFixture.Name("rid");
            json["userId"] = alice.Client.UserId;
            json["network"] = Network;
            await irc.System.Mas.Redis.Database.ListLeftPushAsync("inbox:ircparser", json.ToString(Formatting.None));
        }
    }

    [Fact]
    public async Task Bots_AreTalkedToLikeOthersAndWhoisSaysWhatTheyAre()
    {
        var channel = IrcFixture.Name("#bots");
        var alice = await irc.JoinedAsync("alice", channel, "BOT=B", "message-tags");

        await alice.HearAsync($"@bot {Bob} PRIVMSG {channel} :beep", $":mock.server 335 {alice.Nick} bob :is a bot");

        Assert.Equal(1, alice.Count(channel, "beep"));
        await irc.System.ServerSaysAsync(alice.Client, "bob is a bot", "server");
    }

    [Fact]
    public async Task Quit_IsOfItsOwnNetworkOnly()
    {
        const string Other = "OtherNet";
        await using var mock = IrcServerMock.Plain();
        var network = new ScriptedNetwork
        {
            Settings = new Dictionary<string, string>
            {
                [$"Irc:Networks:{Other}:Host"] = "127.0.0.1",
                [$"Irc:Networks:{Other}:Port"] = $"{mock.Port}",
                [$"Irc:Networks:{Other}:Tls"] = "off",
                [$"Irc:Networks:{Other}:ConnectsPerMinute"] = "0",
                [$"Irc:Networks:{Other}:SecondsPerLine"] = "0",
            },
        };
        await network.InitializeAsync();
        try
        {
            var alice = await network.JoinedAsync("alice", "#same");
            await alice.Client.OkAsync("JOIN", new { network = Other, name = "#same" });
            await using var peer = await (await mock.AcceptAsync()).RegisterAsync(alice.Nick);
            await peer.ExpectStartAsync("JOIN #same");
            await peer.SendAsync($":{alice.Nick}!u@h JOIN #same", $":s 353 {alice.Nick} = #same :{alice.Nick} bob", $":s 366 {alice.Nick} #same :End");
            await alice.Client.WaitAsync(view => view.Group("#same", Other)?.Members.Count == 2, "both of the other network");

            await alice.HearAsync($"{Bob} QUIT :gone");
            await peer.SendAsync($"{Bob} PRIVMSG #same :still here");
            await alice.Client.WaitAsync(view => view.Group("#same", Other)!.Messages.Values.Any(message => message.Body == "still here"), "bob of the other network");

            Assert.Equal([alice.Nick], alice.Members("#same").Keys);
            Assert.Equal(1, alice.Count("#same", "gone", "quit"));
            alice.Client.Read(view =>
            {
                Assert.Equal(2, view.Group("#same", Other)!.Members.Count);
                Assert.DoesNotContain(view.Group("#same", Other)!.Messages.Values, message => message.Cat == "quit");
                return true;
            });
        }
        finally
        {
            await network.DisposeAsync();
        }
    }
}

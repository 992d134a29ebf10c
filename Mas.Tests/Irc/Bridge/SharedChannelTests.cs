using Mas.Tests.Client;
using Mas.Tests.EndToEnd;
using Mas.Tests.Harness;

namespace Mas.Tests.Irc.Bridge;

/// <summary>A channel of several MAS users on a real server: every line once.</summary>
public sealed class SharedChannelTests(IrcFixture irc) : IClassFixture<IrcFixture>
{
    private const string Network = IrcSystem.Network;

    [Fact]
    public async Task Line_HeardByTwo_IsThereOnceAndARepeatedOneTwice()
    {
        var channel = IrcFixture.Name("#two");
        await using var bob = await irc.BystanderAsync(channel);
        var alice = await irc.UserAsync(channel);
        var dora = await irc.UserAsync(channel, "dora");

        await bob.SendAsync($"PRIVMSG {channel} :lol", $"PRIVMSG {channel} :lol", $"PRIVMSG {channel} :end");
        await irc.System.SeesAsync(alice, channel, "end");
        await SettleAsync(bob, alice, dora);

        foreach (var client in new[] { alice, dora })
            Assert.Equal(2, client.Read(view => IrcSystem.Count(view, channel, "lol")));
    }

    [Fact]
    public async Task Said_ByOneOfUs_IsThereOnceWithItsAuthorsGid()
    {
        var channel = IrcFixture.Name("#ours");
        await using var bob = await irc.BystanderAsync(channel);
        var alice = await irc.UserAsync(channel);
        var dora = await irc.UserAsync(channel, "dora");

        var gid = await alice.SayAsync(IrcSystem.Window(alice, channel), "from alice");
        await bob.HeardAsync($"PRIVMSG {channel} :from alice");
        await SettleAsync(bob, alice, dora);

        foreach (var client in new[] { alice, dora })
        {
            var message = client.Read(view => view.Group(channel, Network)!.Messages.Values.Single(message => message.Body == "from alice"));
            Assert.Equal((gid, alice.UserId), (message.Gid, message.UserId));
        }
    }

    [Fact]
    public async Task Join_OfALaterUser_TellsNothingAgain()
    {
        var channel = IrcFixture.Name("#late");
        await using var bob = await irc.BystanderAsync(channel);
        var alice = await irc.UserAsync(channel);
        await bob.SendAsync($"PRIVMSG {channel} :early");
        await irc.System.SeesAsync(alice, channel, "early");

        var dora = await irc.UserAsync(channel, "dora");
        await bob.SendAsync($"PRIVMSG {channel} :early");
        await SettleAsync(bob, alice, dora);

        Assert.Equal(2, alice.Read(view => IrcSystem.Count(view, channel, "early")));
        Assert.Equal(1, alice.Read(view => view.Group(channel, Network)!.Messages.Values.Count(message => message.Cat == "join" && message.UserId == dora.UserId)));
        Assert.Equal(3, dora.Read(view => view.Group(channel, Network)!.Members.Count));
    }

    [Fact]
    public async Task Disconnect_OfOne_LosesNothingForTheOther()
    {
        var channel = IrcFixture.Name("#stay");
        await using var bob = await irc.BystanderAsync(channel);
        var alice = await irc.UserAsync(channel);
        var dora = await irc.UserAsync(channel, "dora");
        await bob.SendAsync($"PRIVMSG {channel} :one");
        await SettleAsync(bob, alice, dora);

        await alice.OkAsync("DISCONNECT", new { network = Network });
        await irc.System.IsAsync(alice, "disconnected");
        await bob.SendAsync($"PRIVMSG {channel} :one", $"PRIVMSG {channel} :two");
        await irc.System.SeesAsync(dora, channel, "two");

        Assert.Equal(2, dora.Read(view => IrcSystem.Count(view, channel, "one")));
        await dora.WaitAsync(view => view.Group(channel, Network)!.Messages.Values.Count(message => message.Cat == "quit" && message.UserId == alice.UserId) == 1, "alice's quit, once");
        await dora.WaitAsync(view => !view.Group(channel, Network)!.Members.ContainsKey(alice.UserId), "alice is no member");
        // The window is alice's still, and what was said in it.
        await irc.System.SeesAsync(alice, channel, "two");
        await IrcSystem.RequestAsync(alice, "CONNECT", new { network = Network });
        await dora.WaitAsync(view => view.Group(channel, Network)!.Members.ContainsKey(alice.UserId), "alice is back");
    }

    [Fact]
    public async Task PresenceAndTopic_HeardByTwo_AreToldOnce()
    {
        var channel = IrcFixture.Name("#once");
        var alice = await irc.UserAsync(channel);
        var dora = await irc.UserAsync(channel, "dora");
        await using var bob = await irc.BystanderAsync(channel);
        var robert = IrcFixture.Name("robert");
        await alice.OkAsync("SEND", new { windowId = IrcSystem.Window(alice, channel), text = $"/op {bob.Nick}" });
        await bob.HeardAsync(line => line.Contains(" MODE ", StringComparison.Ordinal), "operator");

        await bob.SendAsync($"TOPIC {channel} :news", $"NICK {robert}", $"PART {channel} :bye", $"JOIN {channel}", $"PART {channel} :bye", $"JOIN {channel}");
        await SettleAsync(bob, alice, dora);

        int Count(string cat, string body) => dora.Read(view => IrcSystem.Count(view, channel, body, cat));
        Assert.Equal(1, Count("info", "changed the topic to: news"));
        Assert.Equal(1, Count("info", $"{bob.Nick} is now known as {robert}"));
        Assert.Equal(2, Count("part", "bye"));
        Assert.Equal(3, alice.Read(view => view.Group(channel, Network)!.Messages.Values.Count(message => message.Cat == "join" && view.Users[message.UserId].Value<string>("name") == robert)));
        Assert.Equal(3, dora.Read(view => view.Group(channel, Network)!.Members.Count));
    }

    [Fact]
    public async Task Close_ByOne_LeavesTheOthersConversation()
    {
        var channel = IrcFixture.Name("#half");
        var alice = await irc.UserAsync(channel);
        var dora = await irc.UserAsync(channel, "dora");

        await alice.OkAsync("CLOSE", new { windowId = IrcSystem.Window(alice, channel) });
        await dora.WaitAsync(view => view.Group(channel, Network)!.Messages.Values.Any(message => message.Cat == "part" && message.UserId == alice.UserId), "the part");

        await dora.WaitAsync(view => !view.Group(channel, Network)!.Members.ContainsKey(alice.UserId), "alice is out");
        await dora.SayAsync(IrcSystem.Window(dora, channel), "alone");
        Assert.Equal(1, dora.Read(view => view.Group(channel, Network)!.Messages.Values.Count(message => message.Cat == "part")));
    }

    /// <summary>
    /// Waits until each user's own connection has handled all that the channel said: a message to each comes behind it. What
    /// one connection was the first to hear may reach the other's user later than that.
    /// </summary>
    private async Task SettleAsync(IrcBystander bystander, params MasClient[] clients)
    {
        await bystander.SettleAsync();
        foreach (var client in clients)
        {
            var token = IrcFixture.Name("token");
            await bystander.SendAsync($"NOTICE {IrcSystem.Nick(client)} :{token}");
            await irc.System.ServerSaysAsync(client, token);
        }
        foreach (var client in clients)
            await Eventually.PassesAsync(() => RedisTruth.AssertEqualsAsync(irc.System.Mas.Redis.Database, client));
    }
}

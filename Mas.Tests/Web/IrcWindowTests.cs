using System.Text;
using Mas.Tests.Harness;
using Mas.Tests.Irc.Bridge;
using Microsoft.Playwright;

namespace Mas.Tests.Web;

/// <summary>IRC as the web client shows it, on a real network.</summary>
[Collection(WebTalkTests.Name)]
public sealed class IrcWindowTests(WebSystem web, IrcFixture irc) : IClassFixture<IrcFixture>
{
    private const string Network = IrcSystem.Network;

    [Fact]
    public async Task Channel_FromTheListOfNetworks_TalksBothWaysAndShowsTopicModesAndAKick()
    {
        var channel = IrcFixture.Name("#web");
        await using var bob = await irc.BystanderAsync(channel, "bob");
        await bob.SendAsync($"TOPIC {channel} :Tea and \u0003" + "04colours\u0003");
        await bob.SettleAsync();
        await using var alice = await OpenAsync("alice");

        await alice.Page.GetByRole(AriaRole.Button, new() { Name = "Join an IRC channel" }).ClickAsync();
        await Assertions.Expect(alice.Page.GetByLabel("Network")).ToHaveValueAsync(Network);
        await alice.Page.GetByRole(AriaRole.Textbox, new() { Name = "Channel" }).FillAsync(channel);
        await alice.Page.Keyboard.PressAsync("Enter");
        await alice.Page.Locator($".pane.full[aria-label=\"{channel}\"]").WaitForAsync();
        await Assertions.Expect(alice.Page.Locator(".pane.full .pane-network")).ToHaveTextAsync(Network);
        await Assertions.Expect(alice.Page.Locator(".pane.full .pane-topic")).ToHaveTextAsync("Tea and colours");
        await alice.Page.Locator(".side-network", new() { HasText = Network }).Locator(".net-dot.connected").WaitForAsync();
        await alice.Page.Locator(".members", new() { HasText = bob.Nick }).WaitForAsync();

        await bob.SendAsync($"PRIVMSG {channel} :hello \u0002from\u0002 IRC", $"PRIVMSG {channel} :\u0001ACTION waves\u0001", $"NOTICE {channel} :attention");
        await alice.SeesAsync("hello from IRC");
        Assert.Equal("from", await alice.Message("hello from IRC").Locator(".run.bold").InnerTextAsync());
        await alice.Page.Locator(".message.action", new() { HasText = "waves" }).WaitForAsync();
        await alice.Page.Locator(".message.notice", new() { HasText = "attention" }).Locator(".tag", new() { HasText = "Notice" }).WaitForAsync();

        await alice.SayAsync("hello from MAS");
        await alice.SeesAsync("hello from MAS");
        await bob.HeardAsync($"PRIVMSG {channel} :hello from MAS");
        await alice.SayAsync("/me bows");
        await bob.HeardAsync($"PRIVMSG {channel} :\u0001ACTION bows\u0001");
        // What was said on IRC can't be taken back.
        await Assertions.Expect(alice.Message("hello from MAS").GetByRole(AriaRole.Button, new() { Name = "Edit" })).ToHaveCountAsync(0);

        await bob.SendAsync($"TOPIC {channel} :Another topic");
        await Assertions.Expect(alice.Page.Locator(".pane.full .pane-topic")).ToHaveTextAsync("Another topic");
        await alice.Page.Locator(".message.info", new() { HasText = "Another topic" }).WaitForAsync();
        var nick = (await alice.Page.Locator(".members .member", new() { HasText = "you" }).Locator(".member-name").InnerTextAsync()).Trim();
        await bob.SendAsync($"MODE {channel} +v {nick}");
        await alice.Page.Locator(".members h4", new() { HasText = "Voiced · 1" }).WaitForAsync();

        await bob.SendAsync($"KICK {channel} {nick} :Enough tea");
        await Assertions.Expect(alice.Entry(channel)).ToHaveCountAsync(0);
        await alice.Page.Locator(".side-network", new() { HasText = Network }).GetByText("Server messages").ClickAsync();
        await alice.Page.Locator(".message", new() { HasText = "Enough tea" }).WaitForAsync();
    }

    [Fact]
    public async Task OneOnOne_WhoisAndRawCommands_AnswerWhereTheyBelong()
    {
        var channel = IrcFixture.Name("#whois");
        await using var bob = await irc.BystanderAsync(channel, "bob");
        await using var alice = await OpenAsync("alice");
        await JoinAsync(alice, channel);
        await alice.Page.Locator(".members .member", new() { HasText = bob.Nick }).ClickAsync();
        await alice.Page.GetByRole(AriaRole.Menuitem, new() { Name = $"Whois {bob.Nick}" }).ClickAsync();
        await alice.Page.Locator(".toast", new() { HasText = $"The answer appears in the server window of {Network}." }).WaitForAsync();

        await alice.Page.Locator(".members .member", new() { HasText = bob.Nick }).ClickAsync();
        await alice.Page.GetByRole(AriaRole.Menuitem, new() { Name = $"Message {bob.Nick}" }).ClickAsync();
        await alice.Page.Locator($".pane.full[aria-label=\"{bob.Nick}\"]").WaitForAsync();
        await alice.SayAsync("psst");
        var line = await bob.HeardAsync(heard => heard.Contains("PRIVMSG", StringComparison.Ordinal) && heard.EndsWith(":psst", StringComparison.Ordinal), "the whisper");
        await bob.SendAsync($"PRIVMSG {line[1..line.IndexOf('!', StringComparison.Ordinal)]} :what?");
        await alice.SeesAsync("what?");

        await alice.Page.Locator(".side-network", new() { HasText = Network }).GetByText("Server messages").ClickAsync();
        await alice.Page.Locator(".message", new() { HasText = bob.Nick }).First.WaitForAsync();
        await alice.SayAsync("/quote TIME");
        await alice.Page.Locator(".message.server", new() { HasText = DateTime.UtcNow.Year.ToString(System.Globalization.CultureInfo.InvariantCulture) }).First.WaitForAsync();
    }

    [Fact]
    public async Task Disconnected_MessagesFail_AndAreSentAgainOnceItIsBack()
    {
        var channel = IrcFixture.Name("#away");
        await using var bob = await irc.BystanderAsync(channel, "bob");
        await using var alice = await OpenAsync("alice");
        await JoinAsync(alice, channel);
        var network = alice.Page.Locator(".side-network", new() { HasText = Network });
        await network.HoverAsync();
        await network.GetByRole(AriaRole.Button, new() { Name = $"Actions for {Network}" }).ClickAsync();
        await alice.Page.GetByRole(AriaRole.Menuitem, new() { Name = "Disconnect", Exact = true }).ClickAsync();
        await network.Locator(".net-dot.disconnected").WaitForAsync();
        await alice.SayAsync("into the void");
        var failed = alice.Page.Locator(".message.pending.failed", new() { HasText = "into the void" });
        await Assertions.Expect(failed).ToContainTextAsync("Not sent");

        await network.GetByRole(AriaRole.Button, new() { Name = $"Actions for {Network}" }).ClickAsync();
        await alice.Page.GetByRole(AriaRole.Menuitem, new() { Name = "Connect", Exact = true }).ClickAsync();
        await network.Locator(".net-dot.connected").WaitForAsync();
        await Assertions.Expect(alice.Page.Locator(".members .member", new() { HasText = bob.Nick })).ToHaveCountAsync(1);
        await Eventually.HoldsAsync(
            async () =>
            {
                // The channel is joined again a moment after the network is there.
                if (await failed.GetByRole(AriaRole.Button, new() { Name = "Send again" }).CountAsync() > 0)
                    await failed.GetByRole(AriaRole.Button, new() { Name = "Send again" }).ClickAsync();
                return await alice.Confirmed("into the void").CountAsync() == 1;
            },
            "the message that was sent again");
        await bob.HeardAsync($"PRIVMSG {channel} :into the void");
        Assert.Equal(1, bob.Count($"PRIVMSG {channel} :into the void"));
    }

    [Fact]
    public async Task NetworkLogin_Entered_ReconnectsWithTheAccount()
    {
        await using var mock = IrcServerMock.Plain();
        await using var system = await IrcSystem.StartAsync(mock.Port, new Dictionary<string, string> { ["Irc:CredentialsKey"] = Convert.ToBase64String(new byte[32]) });
        await using var alice = await OpenAsync("alice", system.Mas);
        var session = await system.Mas.ConnectAsync(alice.Login);
        await IrcSystem.RequestAsync(session, "CONNECT", new { network = Network });
        await using var first = await mock.AcceptAsync();
        await first.RegisterAsync(alice.Nick);
        await alice.Page.Locator(".net-dot.connected").WaitForAsync();

        await alice.Sidebar.GetByRole(AriaRole.Button, new() { Name = $"Actions for {Network}" }).ClickAsync();
        await alice.Page.GetByRole(AriaRole.Menuitem, new() { Name = "Log in with an account…" }).ClickAsync();
        var dialog = alice.Page.GetByRole(AriaRole.Dialog, new() { Name = $"Log in to {Network}" });
        await Assertions.Expect(dialog.GetByLabel("Nick there")).ToHaveValueAsync(alice.Nick);
        await AxeCheck.PassesAsync(alice.Page, "network login");
        await dialog.GetByLabel("Account").FillAsync("acc");
        await dialog.GetByLabel("Password", new() { Exact = true }).FillAsync("hunter2");
        await dialog.GetByLabel("Nick there").FillAsync("alice_there");
        await dialog.GetByLabel("Nick there").PressAsync("Enter");
        await Assertions.Expect(dialog).ToHaveCountAsync(0);
        await first.ExpectStartAsync("QUIT ");
        await first.DisposeAsync();

        await using var second = await mock.AcceptAsync();
        await second.ExpectStartAsync("NICK alice_there");
        await second.SendAsync(":s CAP * LS :sasl=PLAIN", ":s CAP * ACK :sasl");
        await second.ExpectStartAsync("AUTHENTICATE PLAIN");
        await second.SendAsync("AUTHENTICATE +");
        var response = await second.ExpectStartAsync("AUTHENTICATE ");
        Assert.Equal("acc\0acc\0hunter2", Encoding.UTF8.GetString(Convert.FromBase64String(response["AUTHENTICATE ".Length..])));
    }

    private Task<WebUser> OpenAsync(string name) => OpenAsync(name, irc.System.Mas);

    private async Task<WebUser> OpenAsync(string name, MasSystem mas)
    {
        var login = await mas.NewUserAsync(name);
        var visitor = await web.VisitAsync(mas.Address);
        await visitor.UseLoginAsync(login);
        var user = new WebUser(visitor, login);
        await user.OpenPageAsync();
        return user;
    }

    private static async Task JoinAsync(WebUser user, string channel)
    {
        await user.Page.GetByRole(AriaRole.Button, new() { Name = "Join an IRC channel" }).ClickAsync();
        await user.Page.GetByRole(AriaRole.Textbox, new() { Name = "Channel" }).FillAsync(channel);
        await user.Page.Keyboard.PressAsync("Enter");
        await user.Page.Locator($".pane.full[aria-label=\"{channel}\"]").WaitForAsync();
        await user.Page.Locator(".members .member", new() { HasText = "you" }).WaitForAsync();
    }
}

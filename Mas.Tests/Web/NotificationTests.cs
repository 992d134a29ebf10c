using System.Text.RegularExpressions;
using Mas.Tests.Harness;
using Microsoft.Playwright;

namespace Mas.Tests.Web;

/// <summary>What calls for the reader's attention, and what keeps quiet: by window, by word, by settings.</summary>
[Collection(WebTalkTests.Name)]
public sealed class NotificationTests(WebSystem web)
{
    /// <summary>Stands in for the desktop and the loudspeaker, which a browser without a screen doesn't have.</summary>
    private const string Recorder =
        """
        window.notified = [];
        window.chimes = 0;
        window.Notification = class {
          static permission = 'default';
          static requestPermission() { this.permission = 'granted'; return Promise.resolve('granted'); }
          constructor(title, options) { this.title = title; this.options = options; window.notified.push(this); }
          close() { this.closed = true; }
        };
        window.AudioContext = class {
          currentTime = 0;
          destination = {};
          createOscillator() { window.chimes++; return { frequency: {}, connect: next => next, start() {}, stop() {} }; }
          createGain() { return { gain: { setValueAtTime() {}, linearRampToValueAtTime() {}, exponentialRampToValueAtTime() {} }, connect: next => next }; }
        };
        """;

    [Fact]
    public async Task Mention_InAnotherWindow_MakesASoundANotificationAndATitle()
    {
        await using var bob = await web.NewPeerAsync("bob");
        await using var alice = await OpenAsync("alice");
        await AllowDesktopAsync(alice.Page);
        await SetAsync(alice.Page, "Play a sound", true);
        await alice.Page.GetByRole(AriaRole.Button, new() { Name = "Friends" }).ClickAsync();
        await Assertions.Expect(alice.Page).ToHaveTitleAsync("MAS");

        await bob.SayAsync(bob.Window(WebSystem.Lobby), $"Lunch, {alice.Nick}? \u0002Now\u0002");
        await Assertions.Expect(alice.Page).ToHaveTitleAsync("(1) MAS");
        Assert.Equal([$"{bob.Login.Nick} · lobby|Lunch, {alice.Nick}? Now"], await NotifiedAsync(alice.Page));
        Assert.Equal(2, await ChimesAsync(alice.Page));

        // A click on it shows the window, and what was read is no longer counted.
        await alice.Page.EvaluateAsync("() => window.notified[0].onclick()");
        await alice.Page.Locator(".pane.full[aria-label=lobby]").WaitForAsync();
        await Assertions.Expect(alice.Page).ToHaveTitleAsync("lobby · MAS");
        Assert.True(await alice.Page.EvaluateAsync<bool>("() => window.notified[0].closed"));

        // What is looked at makes no noise, and is read out.
        await bob.SayAsync(bob.Window(WebSystem.Lobby), $"{alice.Nick}: here");
        await alice.Page.Locator("[role=log].hidden", new() { HasText = $"{bob.Login.Nick} in lobby: {alice.Nick}: here" }).WaitForAsync(new() { State = WaitForSelectorState.Attached });
        Assert.Single(await NotifiedAsync(alice.Page));
        Assert.Equal(2, await ChimesAsync(alice.Page));
    }

    [Fact]
    public async Task OrdinaryMessage_IsCountedOnly_AndAKeywordIsAMention()
    {
        await using var bob = await web.NewPeerAsync("bob");
        await using var alice = await OpenAsync("alice");
        await AllowDesktopAsync(alice.Page);
        await alice.Page.Keyboard.PressAsync("Control+Comma");
        await alice.Page.Locator("label.segment", new() { HasText = "Notifications" }).ClickAsync();
        await alice.Page.GetByLabel("Notify me about these words").FillAsync("pizza, C++");
        await alice.Page.GetByRole(AriaRole.Button, new() { Name = "Save" }).ClickAsync();
        await alice.Page.GetByRole(AriaRole.Button, new() { Name = "Saved" }).WaitForAsync();
        await alice.Page.Keyboard.PressAsync("Escape");
        await alice.Page.GetByRole(AriaRole.Button, new() { Name = "Friends" }).ClickAsync();

        await bob.SayAsync(bob.Window(WebSystem.Lobby), "nothing of note");
        await Assertions.Expect(alice.Entry(WebSystem.Lobby).Locator(".badge")).ToContainTextAsync("1 unread message");
        await Assertions.Expect(alice.Entry(WebSystem.Lobby).Locator(".badge.mention")).ToHaveCountAsync(0);
        Assert.Empty(await NotifiedAsync(alice.Page));

        await bob.SayAsync(bob.Window(WebSystem.Lobby), "There is PIZZA.");
        await alice.Entry(WebSystem.Lobby).Locator(".badge.mention").WaitForAsync();
        Assert.Equal([$"{bob.Login.Nick} · lobby|There is PIZZA."], await NotifiedAsync(alice.Page));
        await alice.OpenWindowAsync(WebSystem.Lobby);
        await Assertions.Expect(alice.Message("There is PIZZA").Locator("mark.mention")).ToHaveTextAsync("PIZZA");
        // The words follow the user.
        await using var elsewhere = await web.OpenAsync(alice.Login);
        await Assertions.Expect(elsewhere.Message("There is PIZZA").Locator("mark.mention")).ToHaveTextAsync("PIZZA");
    }

    [Fact]
    public async Task WindowSettings_DecideAboutSoundAndTitle_AndMuteEndsBoth()
    {
        await using var bob = await web.NewPeerAsync("bob");
        await using var alice = await OpenAsync("alice");
        await AllowDesktopAsync(alice.Page);
        var chat = (int)(await bob.OkAsync("CHAT", new { userId = alice.Login.UserId }))["windowId"]!;
        await bob.SayAsync(chat, "one");
        await Assertions.Expect(alice.Page).ToHaveTitleAsync(new Regex(@"^\(1\) "));
        await alice.OpenWindowAsync(bob.Login.Nick);
        await Assertions.Expect(alice.Page).ToHaveTitleAsync($"{bob.Login.Nick} · MAS");

        // Without the sound: title and desktop only. The switches of a group stand in its details, so the lobby is used.
        await alice.OpenWindowAsync(WebSystem.Lobby);
        await SetAsync(alice.Page, "Play a sound", false);
        await alice.Page.GetByRole(AriaRole.Button, new() { Name = "Friends" }).ClickAsync();
        await bob.SayAsync(bob.Window(WebSystem.Lobby), $"{alice.Nick} two");
        await Assertions.Expect(alice.Page).ToHaveTitleAsync("(1) MAS");
        Assert.Equal(0, await ChimesAsync(alice.Page));
        string[] both = [$"{bob.Login.Nick}|one", $"{bob.Login.Nick} · lobby|{alice.Nick} two"];
        Assert.Equal(both, await NotifiedAsync(alice.Page));

        // Without title and desktop: the sound only.
        await alice.OpenWindowAsync(WebSystem.Lobby);
        await SetAsync(alice.Page, "Play a sound", true);
        await SetAsync(alice.Page, "Mark in the page title and notify", false);
        await alice.Page.GetByRole(AriaRole.Button, new() { Name = "Friends" }).ClickAsync();
        await bob.SayAsync(bob.Window(WebSystem.Lobby), $"{alice.Nick} three");
        await alice.Entry(WebSystem.Lobby).Locator(".badge.mention").WaitForAsync();
        Assert.Equal(2, await ChimesAsync(alice.Page));
        Assert.Equal(both, await NotifiedAsync(alice.Page));
        await Assertions.Expect(alice.Page).ToHaveTitleAsync("MAS");

        // Mute, from the menu of the one-on-one; it is the window's, so another browser shows it too.
        await using var elsewhere = await web.OpenAsync(alice.Login);
        await alice.OpenWindowAsync(bob.Login.Nick);
        await alice.Page.GetByRole(AriaRole.Button, new() { Name = $"Actions for {bob.Login.Nick}" }).ClickAsync();
        await alice.Page.GetByRole(AriaRole.Menuitem, new() { Name = "Mute" }).ClickAsync();
        await Assertions.Expect(alice.Entry(bob.Login.Nick)).ToContainTextAsync("muted");
        await Assertions.Expect(elsewhere.Entry(bob.Login.Nick)).ToContainTextAsync("muted");
        await alice.Page.GetByRole(AriaRole.Button, new() { Name = "Friends" }).ClickAsync();
        await bob.SayAsync(chat, "four");
        await Assertions.Expect(alice.Entry(bob.Login.Nick).Locator(".badge")).ToContainTextAsync("1 unread message");
        Assert.Equal(2, await ChimesAsync(alice.Page));
        Assert.Equal(both, await NotifiedAsync(alice.Page));
        await Assertions.Expect(alice.Page).ToHaveTitleAsync("MAS");
    }

    [Fact]
    public async Task Settings_TurnDesktopAndSoundsOff_ForAllWindows()
    {
        await using var bob = await web.NewPeerAsync("bob");
        await using var alice = await OpenAsync("alice");
        await AllowDesktopAsync(alice.Page);
        await SetAsync(alice.Page, "Play a sound", true);
        await SettingsAsync(alice.Page);
        await alice.Page.GetByRole(AriaRole.Switch, new() { Name = "Desktop notifications" }).UncheckAsync();
        await alice.Page.GetByRole(AriaRole.Switch, new() { Name = "Sounds" }).UncheckAsync();
        await alice.Page.Keyboard.PressAsync("Escape");
        await alice.Page.GetByRole(AriaRole.Button, new() { Name = "Friends" }).ClickAsync();
        await bob.SayAsync(bob.Window(WebSystem.Lobby), $"{alice.Nick}?");
        await Assertions.Expect(alice.Page).ToHaveTitleAsync("(1) MAS");
        Assert.Empty(await NotifiedAsync(alice.Page));
        Assert.Equal(0, await ChimesAsync(alice.Page));
    }

    [Fact]
    public async Task Messages_WhileDisconnected_AreToldOnceInSum()
    {
        await using var bob = await web.NewPeerAsync("bob");
        await using var alice = await OpenAsync("alice", new VisitOptions { ExpectedErrors = ["WebSocket connection to", "ERR_INTERNET_DISCONNECTED"] });
        // Sockets that are open outlive the browser's switch for the network.
        await alice.Page.AddInitScriptAsync("window.sockets = []; window.WebSocket = class extends WebSocket { constructor(...given) { super(...given); window.sockets.push(this); } };");
        await alice.OpenPageAsync();
        await alice.OpenWindowAsync(WebSystem.Lobby);
        await AllowDesktopAsync(alice.Page);
        await SetAsync(alice.Page, "Play a sound", true);
        await bob.SayAsync(bob.Window(WebSystem.Lobby), "before the break");
        await alice.SeesAsync("before the break");
        await alice.Page.GetByRole(AriaRole.Button, new() { Name = "Friends" }).ClickAsync();

        await alice.Visitor.SetOfflineAsync(true);
        await alice.Page.EvaluateAsync("() => window.sockets.at(-1).close()");
        await alice.Page.Locator(".banner.offline").WaitForAsync();
        foreach (var text in new[] { $"{alice.Nick}: one", "not for her", $"{alice.Nick}: two" })
            await bob.SayAsync(bob.Window(WebSystem.Lobby), text);
        var chat = (int)(await bob.OkAsync("CHAT", new { userId = alice.Login.UserId }))["windowId"]!;
        await bob.SayAsync(chat, "three");
        await alice.Visitor.SetOfflineAsync(false);
        await Assertions.Expect(alice.Page).ToHaveTitleAsync("(3) MAS");
        var told = Assert.Single(await NotifiedAsync(alice.Page));
        Assert.StartsWith("3 messages for you while you were away|", told, StringComparison.Ordinal);
        Assert.Equal([bob.Login.Nick, WebSystem.Lobby], told.Split('|')[1].Split(", ").Order(StringComparer.Ordinal));
        Assert.Equal(2, await ChimesAsync(alice.Page));

        // A break in which nothing came is not worth a word. What is sent goes out when the new session is complete.
        await alice.OpenWindowAsync(WebSystem.Lobby);
        await alice.Page.EvaluateAsync("() => window.sockets.at(-1).close()");
        await alice.SayAsync("after the break");
        await alice.SeesAsync("after the break");
        await alice.Page.GetByRole(AriaRole.Button, new() { Name = "Friends" }).ClickAsync();
        await bob.SayAsync(chat, "four");
        await Assertions.Expect(alice.Page).ToHaveTitleAsync("(2) MAS");
        Assert.Equal([told, $"{bob.Login.Nick}|four"], await NotifiedAsync(alice.Page));
    }

    [Fact]
    public async Task DesktopNotifications_ThatTheBrowserBlocks_StayOffAndSaySo()
    {
        await using var visitor = await web.VisitAsync();
        var login = await web.Mas.NewUserAsync("blocked");
        await visitor.UseLoginAsync(login);
        await visitor.Page.AddInitScriptAsync("window.Notification = class { static permission = 'denied'; static requestPermission() { return Promise.resolve('denied'); } };");
        var user = new WebUser(visitor, login);
        await user.OpenPageAsync();
        await SettingsAsync(user.Page);
        await user.Page.GetByRole(AriaRole.Switch, new() { Name = "Desktop notifications" }).ClickAsync();
        await user.Page.GetByText("The browser blocks notifications for this page.").WaitForAsync();
        await Assertions.Expect(user.Page.GetByRole(AriaRole.Switch, new() { Name = "Desktop notifications" })).Not.ToBeCheckedAsync();
    }

    [Fact]
    public async Task Announcement_StaysUntilItIsDismissed_OnEveryPage()
    {
        await using var alice = await web.OpenAsync("alice");
        await RedisCli.EvalAsync(web.Mas.Redis, "announce", alice.Nick, "Maintenance at <b>8</b>");
        var banner = alice.Page.GetByRole(AriaRole.Alert, new() { Name = "Announcement" });
        await Assertions.Expect(banner).ToContainTextAsync("Maintenance at <b>8</b>");
        await alice.Page.ReloadAsync();
        await Assertions.Expect(banner).ToContainTextAsync("Maintenance");
        await banner.GetByRole(AriaRole.Button, new() { Name = "Dismiss" }).ClickAsync();
        await Assertions.Expect(banner).ToHaveCountAsync(0);
        await Eventually.HoldsAsync(async () => await web.Mas.Redis.Database.HashLengthAsync($"alerts:{alice.Login.UserId}") == 0, "the server to know");
        await alice.Page.ReloadAsync();
        await alice.Page.Locator(".shell").WaitForAsync();
        await Assertions.Expect(banner).ToHaveCountAsync(0);
    }

    private async Task<WebUser> OpenAsync(string name, VisitOptions? options = null)
    {
        var login = await web.Mas.NewUserAsync(name);
        var visitor = await web.VisitAsync(options);
        await visitor.UseLoginAsync(login);
        await visitor.Page.AddInitScriptAsync(Recorder);
        var user = new WebUser(visitor, login);
        await user.OpenPageAsync();
        await user.Composer.WaitForAsync();
        return user;
    }

    private static async Task SettingsAsync(IPage page)
    {
        await page.Keyboard.PressAsync("Control+Comma");
        await page.Locator("label.segment", new() { HasText = "Notifications" }).ClickAsync();
    }

    private static async Task AllowDesktopAsync(IPage page)
    {
        await SettingsAsync(page);
        await page.GetByRole(AriaRole.Switch, new() { Name = "Desktop notifications" }).CheckAsync();
        await page.Keyboard.PressAsync("Escape");
    }

    /// <summary>Sets a switch of the lobby's details.</summary>
    private static async Task SetAsync(IPage page, string name, bool on)
    {
        await page.Locator(".pane.full .pane-topic").ClickAsync();
        await page.GetByRole(AriaRole.Switch, new() { Name = name }).SetCheckedAsync(on);
        await page.Keyboard.PressAsync("Escape");
        await Assertions.Expect(page.GetByRole(AriaRole.Dialog)).ToHaveCountAsync(0);
    }

    private static async Task<IReadOnlyList<string>> NotifiedAsync(IPage page) => await page.EvaluateAsync<string[]>("() => window.notified.map(one => `${one.title}|${one.options.body}`)");

    private static Task<int> ChimesAsync(IPage page) => page.EvaluateAsync<int>("() => window.chimes");
}

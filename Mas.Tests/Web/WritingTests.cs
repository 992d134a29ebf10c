using Microsoft.Playwright;

namespace Mas.Tests.Web;

/// <summary>The composer's conveniences, and what can be learnt of people.</summary>
[Collection(WebTalkTests.Name)]
public sealed class WritingTests(WebSystem web)
{
    [Fact]
    public async Task Completion_OfChannelsEmojiAndCommands_ShowsTheirHelp()
    {
        await using var alice = await web.OpenAsync("alice");
        var composer = alice.Composer;
        await composer.PressSequentiallyAsync("see #lob");
        await alice.Page.GetByRole(AriaRole.Option, new() { Name = "#lobby" }).ClickAsync();
        await Assertions.Expect(composer).ToHaveValueAsync("see #lobby ");
        await composer.PressSequentiallyAsync(":coffe");
        await alice.Page.GetByRole(AriaRole.Option, new() { Name = ":coffee:" }).WaitForAsync();
        await composer.PressAsync("Enter");
        await Assertions.Expect(composer).ToHaveValueAsync("see #lobby ☕ ");
        await composer.PressAsync("Enter");
        await alice.SeesAsync("see #lobby ☕");
        await composer.PressSequentiallyAsync("or :tea:, at 10:30:");
        await Assertions.Expect(composer).ToHaveValueAsync("or 🍵, at 10:30:");
        await composer.FillAsync("");
        await composer.PressSequentiallyAsync(":tea:");
        await Assertions.Expect(composer).ToHaveValueAsync("🍵");
        await composer.PressAsync("Control+z");
        await Assertions.Expect(composer).ToHaveValueAsync(":tea:");
        await composer.FillAsync("");

        await composer.PressSequentiallyAsync("/to");
        await Assertions.Expect(alice.Page.GetByRole(AriaRole.Option).First).ToContainTextAsync("/topic text");
        await Assertions.Expect(alice.Page.GetByRole(AriaRole.Option).First).ToContainTextAsync("Set the topic");
        await composer.PressAsync("Tab");
        await Assertions.Expect(composer).ToHaveValueAsync("/topic ");
        await composer.FillAsync("/help");
        await composer.PressAsync("Escape");
        await composer.PressAsync("Enter");
        var help = alice.Page.GetByRole(AriaRole.Dialog, new() { Name = "Commands" });
        await Assertions.Expect(help).ToContainTextAsync("/whois nick");
        await Assertions.Expect(help).ToContainTextAsync("Ask who somebody is");
        await Assertions.Expect(alice.Page.Locator(".toast")).ToHaveCountAsync(0);
    }

    [Theory]
    [InlineData(false, "en", "Commands", "Set the topic")]
    [InlineData(true, "de", "Befehle", "Das Thema setzen")]
    public async Task Help_InTheReadersLanguage_ListsTheCommands(bool phone, string locale, string title, string topic)
    {
        await using var alice = await web.OpenAsync("alice", new VisitOptions { Locale = locale, Phone = phone, Size = phone ? (390, 844) : (1280, 800) });
        var page = alice.Page;
        await alice.SayAsync("/help");
        var help = page.GetByRole(AriaRole.Dialog, new() { Name = title });
        await Assertions.Expect(help).ToContainTextAsync("/kick nick");
        await AxeCheck.PassesInBothThemesAsync(page, "commands");
        await page.Keyboard.PressAsync("Escape");
        await Assertions.Expect(page.GetByRole(AriaRole.Dialog)).ToHaveCountAsync(0);
        await alice.SayAsync("/help topic");
        await Assertions.Expect(help.GetByRole(AriaRole.Term)).ToHaveTextAsync(["/topic text"]);
        await Assertions.Expect(help.GetByRole(AriaRole.Definition)).ToHaveTextAsync([topic]);
    }

    [Fact]
    public async Task History_ByControlArrows_KeepsTheUnfinishedText()
    {
        await using var alice = await web.OpenAsync("alice");
        await alice.SayAsync("one");
        await alice.SayAsync("two");
        await alice.Composer.FillAsync("unfinished");
        await alice.Composer.PressAsync("Control+ArrowUp");
        await Assertions.Expect(alice.Composer).ToHaveValueAsync("two");
        await alice.Composer.PressAsync("Control+ArrowUp");
        await Assertions.Expect(alice.Composer).ToHaveValueAsync("one");
        await alice.Composer.PressAsync("Control+ArrowDown");
        await alice.Composer.PressAsync("Control+ArrowDown");
        await Assertions.Expect(alice.Composer).ToHaveValueAsync("unfinished");
    }

    [Fact]
    public async Task Keys_UnderTheQuestionMark_AllDoWhatTheySay()
    {
        await using var bob = await web.NewPeerAsync("bob");
        await using var alice = await web.OpenAsync("alice");
        var page = alice.Page;
        await bob.OkAsync("CHAT", new { userId = alice.Login.UserId });
        await bob.SayAsync(bob.Read(view => view.OneOnOne(alice.Login.UserId)!.WindowId), "unread");
        await alice.Entry(bob.Login.Nick).Locator(".badge").WaitForAsync();

        // To the next unread window; the members; all windows; writing from anywhere.
        await page.Keyboard.PressAsync("Alt+Shift+ArrowDown");
        await page.Locator($".pane.full[aria-label=\"{bob.Login.Nick}\"]").WaitForAsync();
        await page.Keyboard.PressAsync("Alt+ArrowUp");
        await page.Locator(".pane.full[aria-label=lobby]").WaitForAsync();
        await page.Locator(".members").WaitForAsync();
        await page.Keyboard.PressAsync("Alt+m");
        await Assertions.Expect(page.Locator(".members")).ToHaveCountAsync(0);
        await page.Keyboard.PressAsync("Alt+g");
        await page.Locator(".grid").WaitForAsync();
        await page.Keyboard.PressAsync("Control+k");
        await Assertions.Expect(page.GetByRole(AriaRole.Combobox, new() { Name = "Find or jump to" })).ToBeFocusedAsync();
        await page.Keyboard.TypeAsync("lobby");
        await page.Keyboard.PressAsync("Enter");
        await page.Locator(".pane.full .timeline").FocusAsync();
        await page.Keyboard.TypeAsync("Typed anywhere");
        await Assertions.Expect(alice.Composer).ToHaveValueAsync("Typed anywhere");

        // A page up, and to the latest again.
        for (var i = 0; i < 40; i++)
            await bob.SayAsync(bob.Window(WebSystem.Lobby), $"scrolled {i}");
        await alice.SeesAsync("scrolled 39");
        await page.Keyboard.PressAsync("PageUp");
        await page.Locator(".pane.full .latest").WaitForAsync();
        await page.Keyboard.PressAsync("Alt+End");
        await Assertions.Expect(page.Locator(".pane.full .latest")).ToHaveCountAsync(0);
        await Assertions.Expect(alice.Message("scrolled 39")).ToBeInViewportAsync();

        // The list names each of them.
        await page.Locator(".pane.full .timeline").FocusAsync();
        await page.Keyboard.PressAsync("?");
        var list = page.GetByRole(AriaRole.Dialog, new() { Name = "Keyboard shortcuts" });
        foreach (var key in new[] { "Next or previous unread window", "Show or hide the members", "All windows", "Start writing from anywhere", "Scroll the messages", "To the latest message", "What you sent before" })
            await Assertions.Expect(list).ToContainTextAsync(key);
    }

    [Fact]
    public async Task Whois_AndLastSeen_TellOfPeople()
    {
        await using var alice = await web.OpenAsync("alice");
        var bob = await web.NewPeerAsync("bob");
        await alice.Page.Locator(".members").GetByRole(AriaRole.Button, new() { Name = bob.Login.Nick }).ClickAsync();
        await alice.Page.GetByRole(AriaRole.Menuitem, new() { Name = $"Whois {bob.Login.Nick}" }).ClickAsync();
        await alice.Page.Locator(".toast", new() { HasText = $"{bob.Login.Nick} is " }).WaitForAsync();

        await alice.Page.Locator(".members").GetByRole(AriaRole.Button, new() { Name = bob.Login.Nick }).ClickAsync();
        await alice.Page.GetByRole(AriaRole.Menuitem, new() { Name = "Add to friends" }).ClickAsync();
        await bob.WaitAsync(view => view.FriendRequests.Contains(alice.Login.UserId), "the request");
        await bob.OkAsync("FRIEND_VERDICT", new { userId = alice.Login.UserId, allow = true });
        await alice.Page.GetByRole(AriaRole.Button, new() { Name = "Friends" }).ClickAsync();
        var friend = alice.Page.Locator(".person", new() { HasText = bob.Login.Nick });
        await Assertions.Expect(friend).ToContainTextAsync("Online");
        await bob.DisposeAsync();
        await Assertions.Expect(friend).ToContainTextAsync("Last seen");
        await friend.GetByRole(AriaRole.Button, new() { Name = $"Message {bob.Login.Nick}" }).ClickAsync();
        await alice.Page.Locator($".pane.full[aria-label=\"{bob.Login.Nick}\"]").WaitForAsync();
        Assert.True(await alice.Composer.IsVisibleAsync());
    }

    [Fact]
    public async Task Group_WithAPassword_AsksForIt()
    {
        await using var bob = await web.NewPeerAsync("bob");
        await using var alice = await web.OpenAsync("alice");
        var name = $"locked{Guid.NewGuid():N}"[..14];
        await bob.OkAsync("CREATE", new { name, password = "sesame" });
        await alice.Page.GetByRole(AriaRole.Button, new() { Name = "Join or create" }).First.ClickAsync();
        await alice.Page.GetByLabel("Name of the group").FillAsync(name);
        await alice.Page.Keyboard.PressAsync("Enter");
        await Assertions.Expect(alice.Page.Locator(".field-error")).Not.ToBeEmptyAsync();
        await alice.Page.GetByLabel("Password (if it has one)").FillAsync("sesame");
        await alice.Page.Keyboard.PressAsync("Enter");
        await alice.Page.Locator($".pane.full[aria-label=\"{name}\"]").WaitForAsync();
    }

    [Fact]
    public async Task Group_ThatIsMissing_IsOfferedToBeCreated()
    {
        await using var alice = await web.OpenAsync("alice");
        var page = alice.Page;
        var first = $"made{Guid.NewGuid():N}"[..12];
        await page.GetByRole(AriaRole.Button, new() { Name = "Join or create" }).First.ClickAsync();
        await page.GetByLabel("Name of the group").FillAsync(first);
        await page.Keyboard.PressAsync("Enter");
        await Assertions.Expect(page.Locator(".field-error")).ToHaveTextAsync("There is no such group.");
        var create = page.GetByRole(AriaRole.Dialog).GetByRole(AriaRole.Button, new() { Name = $"Create {first}" });
        await create.WaitForAsync();
        await AxeCheck.PassesInBothThemesAsync(page, "missing group in the dialog");
        // Another name is another question.
        await page.GetByLabel("Name of the group").FillAsync($"{first}x");
        await Assertions.Expect(page.GetByRole(AriaRole.Dialog).GetByRole(AriaRole.Button, new() { Name = $"Create {first}" })).ToHaveCountAsync(0);
        await page.GetByLabel("Name of the group").FillAsync(first);
        await create.ClickAsync();
        await page.Locator($".pane.full[aria-label=\"{first}\"]").WaitForAsync();
        // The window may come ahead of the acknowledgement that closes the dialog; until then keys go to the dialog.
        await Assertions.Expect(page.GetByRole(AriaRole.Dialog)).ToHaveCountAsync(0);

        var second = $"made{Guid.NewGuid():N}"[..12];
        await alice.SayAsync($"/join {second}");
        create = page.Locator(".complaint").GetByRole(AriaRole.Button, new() { Name = $"Create {second}" });
        await create.WaitForAsync();
        await AxeCheck.PassesInBothThemesAsync(page, "missing group at the composer");
        await create.ClickAsync();
        await page.Locator($".pane.full[aria-label=\"{second}\"]").WaitForAsync();
        await alice.OpenWindowAsync(first);
        await Assertions.Expect(alice.Composer).ToHaveValueAsync("");
        await Assertions.Expect(page.Locator(".complaint")).ToHaveCountAsync(0);
    }

    [Fact]
    public async Task MissingGroup_NamedInAMessage_IsOfferedToBeCreatedAndJoined()
    {
        await using var bob = await web.OpenAsync("bob");
        await using var alice = await web.OpenAsync("alice");
        var page = alice.Page;
        var (first, second) = ($"named{Guid.NewGuid():N}"[..12], $"named{Guid.NewGuid():N}"[..12]);
        await alice.SayAsync($"Shall we have #{first} or #{second}?");
        var links = alice.Confirmed(first).Locator(".channel-link");
        await links.Nth(1).ClickAsync();
        var toast = page.Locator(".toast");
        await Assertions.Expect(toast).ToContainTextAsync($"There is no group {second} yet.");
        await AxeCheck.PassesInBothThemesAsync(page, "missing group named in a message");
        // One offer at a time, for what was asked for last.
        await links.Nth(0).ClickAsync();
        await Assertions.Expect(toast).ToContainTextAsync($"There is no group {first} yet.");
        await toast.GetByRole(AriaRole.Button, new() { Name = $"Create {first}" }).ClickAsync();
        await page.Locator($".pane.full[aria-label=\"{first}\"]").WaitForAsync();
        await Assertions.Expect(toast).ToHaveCountAsync(0);

        await bob.SeesAsync($"Shall we have #{first}");
        await bob.Confirmed(first).Locator(".channel-link").First.ClickAsync();
        await bob.Page.Locator($".pane.full[aria-label=\"{first}\"]").WaitForAsync();
        await Assertions.Expect(bob.Page.Locator(".toast")).ToHaveCountAsync(0);
    }
}

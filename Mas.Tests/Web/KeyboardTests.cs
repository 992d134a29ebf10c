using System.Text.RegularExpressions;
using Microsoft.Playwright;

namespace Mas.Tests.Web;

/// <summary>Everything without a mouse.</summary>
[Collection(WebTests.Name)]
public sealed class KeyboardTests(WebSystem web)
{
    [Fact]
    public async Task Keyboard_FromLoginToSettings_Suffices()
    {
        var login = await web.Mas.NewUserAsync("keys");
        await using var visitor = await web.VisitAsync();
        var page = visitor.Page;
        var keys = page.Keyboard;
        await page.GotoAsync("/");
        await Assertions.Expect(page.GetByLabel("Email or nick")).ToBeFocusedAsync();
        await keys.TypeAsync(login.Nick);
        await keys.PressAsync("Tab");
        await keys.TypeAsync(login.Password);
        await keys.PressAsync("Enter");
        await Assertions.Expect(page.GetByLabel("Message to lobby")).ToBeFocusedAsync();

        await keys.TypeAsync("by keyboard");
        await keys.PressAsync("Shift+Enter");
        await keys.TypeAsync("two lines :tad");
        await page.GetByRole(AriaRole.Option, new() { Name = ":tada:" }).WaitForAsync();
        await keys.PressAsync("Tab");
        await keys.PressAsync("Enter");
        await page.Locator(".message[data-gid]", new() { HasText = "two lines 🎉" }).WaitForAsync();

        // A group by Ctrl-K.
        await keys.PressAsync("Control+k");
        await Assertions.Expect(page.GetByRole(AriaRole.Combobox, new() { Name = "Find or jump to" })).ToBeFocusedAsync();
        await keys.TypeAsync("join or");
        await keys.PressAsync("Enter");
        await page.GetByRole(AriaRole.Dialog).WaitForAsync();
        await keys.PressAsync("ArrowRight");
        await page.GetByLabel("Name of the group").FocusAsync();
        var name = $"kb{Guid.NewGuid():N}"[..12];
        await keys.TypeAsync(name);
        await keys.PressAsync("Enter");
        await Assertions.Expect(page.GetByLabel($"Message to {name}")).ToBeFocusedAsync();

        // Between windows.
        await keys.PressAsync("Alt+ArrowUp");
        await Assertions.Expect(page.GetByLabel("Message to lobby")).ToBeFocusedAsync();
        await keys.PressAsync("Control+k");
        await Assertions.Expect(page.GetByRole(AriaRole.Combobox, new() { Name = "Find or jump to" })).ToBeFocusedAsync();
        await keys.TypeAsync(name[..6]);
        await keys.PressAsync("Enter");
        await Assertions.Expect(page.GetByLabel($"Message to {name}")).ToBeFocusedAsync();
        await keys.PressAsync("Escape");
        await Assertions.Expect(page.Locator(".grid .pane")).ToHaveCountAsync(2);

        // To everything else, and back.
        await keys.PressAsync("F6");
        await Assertions.Expect(page.GetByLabel($"Message to {name}")).Not.ToBeFocusedAsync();
        await page.Locator(".side-item").First.FocusAsync();
        await keys.PressAsync("?");
        await page.GetByRole(AriaRole.Dialog, new() { Name = "Keyboard shortcuts" }).WaitForAsync();
        await keys.PressAsync("Escape");
        await Assertions.Expect(page.GetByRole(AriaRole.Dialog)).ToHaveCountAsync(0);
        await Assertions.Expect(page.Locator(".side-item").First).ToBeFocusedAsync();
        await keys.PressAsync("Control+Comma");
        await page.GetByRole(AriaRole.Dialog, new() { Name = "Settings" }).WaitForAsync();
        await keys.PressAsync("Escape");
        await Assertions.Expect(page.GetByRole(AriaRole.Dialog)).ToHaveCountAsync(0);

        // A menu.
        var menu = page.GetByRole(AriaRole.Button, new() { Name = "Actions for lobby" });
        await menu.FocusAsync();
        await keys.PressAsync("Enter");
        await Assertions.Expect(page.GetByRole(AriaRole.Menuitem).First).ToBeFocusedAsync();
        await keys.PressAsync("ArrowDown");
        await keys.PressAsync("Escape");
        await Assertions.Expect(menu).ToBeFocusedAsync();
    }

    [Fact]
    public async Task F6_LeadsThroughAllRegions_AndBack()
    {
        await using var alice = await web.OpenAsync("alice");
        var (page, keys) = (alice.Page, alice.Page.Keyboard);
        await page.Locator(".members").WaitForAsync();
        await alice.Composer.FocusAsync();
        ILocator Focused(string region) => page.Locator($"{region} :focus");
        foreach (var region in new[] { ".members", ".sidebar", ".pane.full .pane-head", ".composer", ".members" })
        {
            await keys.PressAsync("F6");
            await Assertions.Expect(Focused(region)).ToHaveCountAsync(1);
        }
        foreach (var region in new[] { ".composer", ".pane.full .pane-head", ".sidebar", ".members" })
        {
            await keys.PressAsync("Shift+F6");
            await Assertions.Expect(Focused(region)).ToHaveCountAsync(1);
        }
    }

    [Fact]
    public async Task Tab_IntoTheMessages_ReachesEachOnesActions()
    {
        await using var alice = await web.OpenAsync("alice");
        var keys = alice.Page.Keyboard;
        var (first, last) = ($"By keyboard {Guid.NewGuid():N}", $"By keyboard {Guid.NewGuid():N}");
        // Those that follow a message of the same author, which has their name for one more stop.
        foreach (var text in new[] { $"By keyboard {Guid.NewGuid():N}", first, last })
        {
            await alice.SayAsync(text);
            await alice.SeesAsync(text);
        }
        ILocator Actions(string text) => alice.Confirmed(text).GetByRole(AriaRole.Button, new() { Name = "Actions for this message" });
        await alice.Composer.FocusAsync();
        await keys.PressAsync("Shift+Tab");
        await Assertions.Expect(alice.Confirmed(last)).ToBeFocusedAsync();
        await Assertions.Expect(Actions(last)).ToBeVisibleAsync();
        await keys.PressAsync("Shift+Tab");
        await Assertions.Expect(alice.Confirmed(first)).ToBeFocusedAsync();
        await keys.PressAsync("Tab");
        await Assertions.Expect(alice.Confirmed(first).GetByRole(AriaRole.Button, new() { Name = "Edit" })).ToBeFocusedAsync();
        await keys.PressAsync("Tab");
        await Assertions.Expect(Actions(first)).ToBeFocusedAsync();
        await keys.PressAsync("Enter");
        await Assertions.Expect(alice.Page.GetByRole(AriaRole.Menuitem).First).ToBeFocusedAsync();
        await keys.PressAsync("Escape");
        await Assertions.Expect(Actions(first)).ToBeFocusedAsync();
    }

    [Fact]
    public async Task Completion_Nicks_ByTabAndAt()
    {
        await using var bob = await web.NewPeerAsync("zacharias");
        await using var alice = await web.OpenAsync("alice");
        var nick = bob.Login.Nick;
        await alice.Page.Locator(".members", new() { HasText = nick }).WaitForAsync();
        await alice.Composer.FillAsync("");
        await alice.Composer.PressSequentiallyAsync(nick[..13]);
        await alice.Composer.PressAsync("Tab");
        await Assertions.Expect(alice.Composer).ToHaveValueAsync($"{nick}: ");
        await alice.Composer.FillAsync("");
        await alice.Composer.PressSequentiallyAsync($"hi @{nick[..13]}");
        await alice.Page.GetByRole(AriaRole.Option, new() { Name = nick }).WaitForAsync();
        await alice.Composer.PressAsync("Enter");
        await Assertions.Expect(alice.Composer).ToHaveValueAsync($"hi @{nick} ");
        await alice.Composer.FillAsync("");
        await alice.Composer.PressSequentiallyAsync("/ki");
        await alice.Page.GetByRole(AriaRole.Option, new() { Name = "/kick nick [reason]" }).WaitForAsync();
        await alice.Composer.PressAsync("Escape");
        await Assertions.Expect(alice.Page.GetByRole(AriaRole.Option)).ToHaveCountAsync(0);
    }

    [Fact]
    public async Task Drafts_AreKeptForEachWindow_AndOverAReload()
    {
        await using var alice = await web.OpenAsync("alice");
        await alice.Composer.FillAsync("not finished");
        await alice.Page.Keyboard.PressAsync("Escape");
        await alice.Page.ReloadAsync();
        await Assertions.Expect(alice.Composer).ToHaveValueAsync("not finished");
    }

    [Fact]
    public async Task Draft_IsMarkedInTheList_WhereTheFocusIsNot()
    {
        await using var bob = await web.NewPeerAsync("bob");
        await using var alice = await web.OpenAsync("alice");
        await bob.OkAsync("CHAT", new { userId = alice.Login.UserId });
        await bob.SayAsync(bob.Read(view => view.OneOnOne(alice.Login.UserId)!.WindowId), "hello");
        var lobby = alice.Entry(WebSystem.Lobby);
        var mark = lobby.GetByText("draft", new() { Exact = true });
        await alice.Composer.FillAsync("not finished");
        await Assertions.Expect(mark).ToHaveCountAsync(0);
        await alice.OpenWindowAsync(bob.Login.Nick);
        await mark.WaitForAsync(new() { State = WaitForSelectorState.Attached });
        await Assertions.Expect(lobby).ToHaveAccessibleNameAsync(new Regex(@"\blobby draft\b"));
        await Assertions.Expect(alice.Entry(bob.Login.Nick).GetByText("draft", new() { Exact = true })).ToHaveCountAsync(0);
        await AxeCheck.PassesInBothThemesAsync(alice.Page, "draft");

        // It is kept over a reload, and gone with the text.
        await alice.Page.ReloadAsync();
        await alice.OpenWindowAsync(bob.Login.Nick);
        await mark.WaitForAsync(new() { State = WaitForSelectorState.Attached });
        await alice.OpenWindowAsync(WebSystem.Lobby);
        await alice.Composer.FillAsync("");
        await alice.OpenWindowAsync(bob.Login.Nick);
        await Assertions.Expect(mark).ToHaveCountAsync(0);
    }
}

using Mas.Tests.Harness;
using Microsoft.Playwright;
using Newtonsoft.Json.Linq;

namespace Mas.Tests.Web;

/// <summary>What axe-core finds on the main views, in both themes.</summary>
[Collection(WebTests.Name)]
public sealed class AccessibilityTests(WebSystem web)
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Axe_OnMainViews_HasNoSeriousFinding(bool phone)
    {
        var options = new VisitOptions { Phone = phone, Size = phone ? (390, 844) : (1280, 800) };
        await using var visitor = await web.VisitAsync(options);
        await visitor.Page.GotoAsync("/");
        await visitor.Page.GetByLabel("Email or nick").WaitForAsync();
        await AxeCheck.PassesInBothThemesAsync(visitor.Page, "login");
        await visitor.Page.GotoAsync("/register");
        await visitor.Page.GetByLabel("Your name").WaitForAsync();
        await AxeCheck.PassesInBothThemesAsync(visitor.Page, "register");
        await visitor.Page.GotoAsync("/forgot-password");
        await visitor.Page.GetByRole(AriaRole.Button, new() { Name = "Send the link" }).WaitForAsync();
        await AxeCheck.PassesInBothThemesAsync(visitor.Page, "forgotten password");

        await using var bob = await web.NewPeerAsync("bob");
        await using var user = await web.OpenAsync("axe", options);
        var page = user.Page;
        var lobby = bob.Window(WebSystem.Lobby);
        await user.SayAsync("`code` https://example.org/picture.png #lobby");
        await bob.SayAsync(lobby, $"@{user.Nick}: \u0002bold\u0002 \u0003" + "04red\u0003 \u0003" + "08yellow \u0003" + "00,01white");
        await bob.SayAsync(lobby, "```js\nlet x = 1;\n```");
        await bob.OkAsync("CHAT", new { userId = user.Login.UserId });
        await bob.SayAsync(bob.Read(view => view.OneOnOne(user.Login.UserId)!.WindowId), "psst");
        await bob.OkAsync("REQUEST_FRIEND", new { userId = user.Login.UserId });
        await user.SeesAsync("yellow");
        await AxeCheck.PassesInBothThemesAsync(page, "conversation");
        await ToListAsync(page, phone);
        await user.Page.Locator(".badge.mention").First.WaitForAsync();
        await AxeCheck.PassesInBothThemesAsync(page, "list");
        await page.GetByRole(AriaRole.Button, new() { Name = "All windows", Exact = true }).ClickAsync();
        await page.Locator(".grid").WaitForAsync();
        await AxeCheck.PassesInBothThemesAsync(page, "grid");
        if (phone)
            await page.GoBackAsync();
        await user.Sidebar.GetByRole(AriaRole.Button, new() { Name = "Friends" }).ClickAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "Accept" }).WaitForAsync();
        await AxeCheck.PassesInBothThemesAsync(page, "friend request");
        await page.GetByRole(AriaRole.Button, new() { Name = "Accept" }).ClickAsync();
        await page.GetByRole(AriaRole.Region, new() { Name = "Online" }).WaitForAsync();
        await AxeCheck.PassesInBothThemesAsync(page, "friends");
        await ToListAsync(page, phone);
        await user.OpenWindowAsync(WebSystem.Lobby);
        if (phone)
        {
            await page.GetByRole(AriaRole.Button, new() { Name = "Members" }).ClickAsync();
            await page.Locator(".members").WaitForAsync();
            await AxeCheck.PassesInBothThemesAsync(page, "members");
            await page.Locator(".members").GetByRole(AriaRole.Button, new() { Name = "Close" }).ClickAsync();
        }
        await user.Composer.FillAsync("");
        await user.Composer.PressSequentiallyAsync("/");
        await page.GetByRole(AriaRole.Listbox).WaitForAsync();
        await AxeCheck.PassesInBothThemesAsync(page, "completion");
        await user.Composer.FillAsync("");
        await page.Locator(".pane.full .timeline").FocusAsync();
        foreach (var (keys, name) in new[] { ("Control+k", "Find or jump to"), ("?", "Keyboard shortcuts"), ("Control+Comma", "Settings") })
        {
            await page.Keyboard.PressAsync(keys);
            await page.GetByRole(AriaRole.Dialog, new() { Name = name }).WaitForAsync();
            await AxeCheck.PassesInBothThemesAsync(page, name);
            foreach (var tab in name == "Settings" ? new[] { "Notifications", "Account" } : [])
            {
                await page.Locator("label.segment", new() { HasText = tab }).ClickAsync();
                await AxeCheck.PassesInBothThemesAsync(page, tab);
            }
            await page.Keyboard.PressAsync("Escape");
        }
        await page.GetByRole(AriaRole.Button, new() { Name = $"Actions for {WebSystem.Lobby}" }).ClickAsync();
        await AxeCheck.PassesInBothThemesAsync(page, "menu");
        foreach (var (item, title) in new[] { ("Details, topic and password…", $"About {WebSystem.Lobby}"), ($"Leave {WebSystem.Lobby}", $"Leave {WebSystem.Lobby}?") })
        {
            if (await page.GetByRole(AriaRole.Menu).CountAsync() == 0)
                await page.GetByRole(AriaRole.Button, new() { Name = $"Actions for {WebSystem.Lobby}" }).ClickAsync();
            await page.GetByRole(AriaRole.Menuitem, new() { Name = item }).ClickAsync();
            await page.GetByRole(AriaRole.Dialog, new() { Name = title }).WaitForAsync();
            await AxeCheck.PassesInBothThemesAsync(page, title);
            await page.Keyboard.PressAsync("Escape");
            await Assertions.Expect(page.GetByRole(AriaRole.Dialog)).ToHaveCountAsync(0);
        }
        await user.Composer.PressAsync("ArrowUp");
        await page.GetByLabel("Edit the message").WaitForAsync();
        await AxeCheck.PassesInBothThemesAsync(page, "edit");
        await page.GetByLabel("Edit the message").FillAsync("");
        await page.Keyboard.PressAsync("Enter");
        await page.GetByRole(AriaRole.Dialog, new() { Name = "Delete this message?" }).WaitForAsync();
        await AxeCheck.PassesInBothThemesAsync(page, "delete");
        await page.Keyboard.PressAsync("Escape");
        await ToListAsync(page, phone);
        await page.GetByRole(AriaRole.Button, new() { Name = "Join or create" }).First.ClickAsync();
        foreach (var tab in new[] { "New group", "Person", "IRC channel", "Group" })
        {
            await page.Locator("label.segment").GetByText(tab, new() { Exact = true }).ClickAsync();
            await AxeCheck.PassesInBothThemesAsync(page, $"join: {tab}");
        }
    }

    /// <summary>The line is not seen, and none the less in the tree that assistive technology is given.</summary>
    [Fact]
    public async Task Message_ThatArrives_IsToldWhereScreenReadersListen()
    {
        await using var bob = await web.NewPeerAsync("bob");
        await using var alice = await web.OpenAsync("alice");
        var session = await alice.Page.Context.NewCDPSessionAsync(alice.Page);
        await session.SendAsync("Accessibility.enable");
        foreach (var text in new[] { "heard once", "heard again" })
        {
            await bob.SayAsync(bob.Window(WebSystem.Lobby), text);
            await Eventually.HoldsAsync(async () => (await LiveTextsAsync(session)).Any(live => live.EndsWith($"{WebSystem.Lobby}: {text}", StringComparison.Ordinal)), text);
        }
    }

    /// <summary>The texts within the polite live regions of the tree that assistive technology is given.</summary>
    private static async Task<string[]> LiveTextsAsync(ICDPSession session)
    {
        var nodes = JObject.Parse((await session.SendAsync("Accessibility.getFullAXTree")).ToString()!)["nodes"]!.ToDictionary(node => node.Value<string>("nodeId")!);
        var regions = nodes.Values.Where(node => node["properties"] is JArray properties && properties.Any(property => property.Value<string>("name") == "live" && property["value"]!.Value<string>("value") == "polite"));
        return [.. regions.SelectMany(region => region["childIds"]!.Values<string>()).Select(id => nodes[id!]["name"]?.Value<string>("value") ?? "")];
    }

    [Fact]
    public async Task Axe_OnPassingHints_HasNoSeriousFinding()
    {
        // An announcement, no window at all, and a break of the connection.
        await using var user = await web.OpenAsync("axe", new VisitOptions { ExpectedErrors = ["WebSocket connection to", "ERR_CONNECTION_REFUSED"] });
        await RedisCli.EvalAsync(web.Mas.Redis, "announce", user.Nick, "Maintenance at 8");
        await user.Page.GetByRole(AriaRole.Alert).WaitForAsync();
        await AxeCheck.PassesAsync(user.Page, "announcement");
        await web.Mas.Servers[0].Process.StopAsync();
        await user.Page.Locator(".banner.offline").WaitForAsync();
        await user.SayAsync("Till later");
        await user.Message("Till later").GetByText("Will be sent when you are back online").WaitForAsync();
        await AxeCheck.PassesAsync(user.Page, "connection lost");
        await web.Mas.StartServerAgainAsync(0);
        await web.Mas.IsReadyAsync();
        await Assertions.Expect(user.Page.Locator(".banner.offline")).ToHaveCountAsync(0);
        await user.SeesAsync("Till later");
        await user.SayAsync("/part");
        await user.Page.GetByText("Welcome to MAS").WaitForAsync();
        await AxeCheck.PassesAsync(user.Page, "welcome");
    }

    /// <summary>On a phone the list is a page of its own.</summary>
    private static async Task ToListAsync(IPage page, bool phone)
    {
        if (phone)
            await page.GoBackAsync();
        await page.Locator(".sidebar").WaitForAsync();
    }
}

using Mas.Tests.Client;
using Microsoft.Playwright;

namespace Mas.Tests.Web;

/// <summary>Several conversations side by side: rows, full size, what is shown among all windows.</summary>
[Collection(WebTests.Name)]
public sealed class GridTests(WebSystem web)
{
    [Fact]
    public async Task Windows_MovedByMenuOrDragging_MoveInOtherTabsToo()
    {
        await using var client = await web.NewPeerAsync("grid");
        var names = await GroupsAsync(client, 3);
        await using var user = await web.OpenAsync(client.Login, new VisitOptions { Size = (1440, 1300) });
        var tab = await user.Visitor.NewTabAsync();
        await tab.GotoAsync("/");
        // A page behind another draws once a second.
        await user.Page.BringToFrontAsync();
        foreach (var page in new[] { user.Page, tab })
            await ShowsRowsAsync(page, [4]);

        // A click on a window's menu makes a row of its own for it; the other tab follows.
        await MenuAsync(user.Page, names[1], "Move to the row below");
        foreach (var page in new[] { user.Page, tab })
            await ShowsRowsAsync(page, [3, 1]);
        await Assertions.Expect(tab.Locator(".grid-row").Nth(1).Locator(".pane")).ToHaveAttributeAsync("aria-label", names[1]);

        // Dragged by its head into the second row.
        await user.Page.Locator($".pane[aria-label=\"{names[2]}\"] .pane-head .pane-icon").DragToAsync(user.Page.Locator(".grid-row").Nth(1).Locator(".pane .timeline"));
        foreach (var page in new[] { user.Page, tab })
            await ShowsRowsAsync(page, [2, 2]);
        await client.WaitAsync(view => view.Group(names[2])!.Changeable.Value<int>("row") == 1, "the row on the server");

        // Dragged below everything: a new row.
        await user.Page.Locator($".pane[aria-label=\"{names[0]}\"] .pane-head .pane-icon").HoverAsync();
        await user.Page.Mouse.DownAsync();
        await user.Page.Locator(".grid-row").Nth(1).HoverAsync();
        await user.Page.Locator(".grid-new-row").HoverAsync();
        await user.Page.Mouse.UpAsync();
        await ShowsRowsAsync(tab, [1, 2, 1]);

        // And up again.
        await MenuAsync(user.Page, names[1], "Move to the row above");
        await ShowsRowsAsync(tab, [2, 1, 1]);
    }

    [Fact]
    public async Task AClick_MakesFullSize_AndEscapeOrTheButtonGoesBack()
    {
        await using var client = await web.NewPeerAsync("full");
        var names = await GroupsAsync(client, 2);
        await using var user = await web.OpenAsync(client.Login);
        await ShowsRowsAsync(user.Page, [3]);
        var full = user.Page.Locator($".pane.full[aria-label=\"{names[0]}\"]");

        await user.Page.Locator($".pane[aria-label=\"{names[0]}\"] .pane-title-button").ClickAsync();
        await full.WaitForAsync();
        await Assertions.Expect(user.Composer).ToBeFocusedAsync();
        await user.Page.Keyboard.PressAsync("Escape");
        await ShowsRowsAsync(user.Page, [3]);

        await user.Page.Locator($".pane[aria-label=\"{names[0]}\"]").GetByRole(AriaRole.Button, new() { Name = "Full size" }).Last.ClickAsync();
        await full.WaitForAsync();
        await full.GetByRole(AriaRole.Button, new() { Name = "Back to all windows" }).ClickAsync();
        await ShowsRowsAsync(user.Page, [3]);

        await user.Page.Locator($".pane[aria-label=\"{names[0]}\"] .pane-head .pane-icon").DblClickAsync();
        await full.WaitForAsync();
    }

    [Fact]
    public async Task HiddenWindows_StayInTheList_AndComeBack()
    {
        await using var client = await web.NewPeerAsync("hide");
        var names = await GroupsAsync(client, 2);
        await using var user = await web.OpenAsync(client.Login);
        await ShowsRowsAsync(user.Page, [3]);
        await MenuAsync(user.Page, names[0], "Hide from all windows");
        await ShowsRowsAsync(user.Page, [2]);
        await client.WaitAsync(view => !view.Group(names[0])!.Changeable.Value<bool>("visible"), "the server's knowledge");
        await user.OpenWindowAsync(names[0]);
        await MenuAsync(user.Page, names[0], "Show among all windows");
        await user.Page.Keyboard.PressAsync("Alt+g");
        await ShowsRowsAsync(user.Page, [3]);
    }

    private static async Task<string[]> GroupsAsync(MasClient client, int count)
    {
        var names = Enumerable.Range(0, count).Select(i => $"g{i}{Guid.NewGuid():N}"[..10]).ToArray();
        foreach (var name in names)
            await client.OkAsync("CREATE", new { name });
        await client.WaitAsync(view => names.All(name => view.Group(name) is not null), "the groups' windows");
        return names;
    }

    private static async Task ShowsRowsAsync(IPage page, int[] windows)
    {
        await Assertions.Expect(page.Locator(".grid-row")).ToHaveCountAsync(windows.Length);
        for (var i = 0; i < windows.Length; i++)
            await Assertions.Expect(page.Locator(".grid-row").Nth(i).Locator(".pane")).ToHaveCountAsync(windows[i]);
    }

    private static async Task MenuAsync(IPage page, string window, string item)
    {
        await page.GetByRole(AriaRole.Button, new() { Name = $"Actions for {window}" }).ClickAsync();
        await page.GetByRole(AriaRole.Menuitem, new() { Name = item }).ClickAsync();
    }
}

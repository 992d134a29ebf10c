using Mas.Tests.Client;
using Microsoft.Playwright;

namespace Mas.Tests.Web;

/// <summary>What axe-core finds where people come seldom: an operator's dialogs, odd lines, pages that say no.</summary>
[Collection(WebTests.Name)]
public sealed class RareViewTests(WebSystem web)
{
    [Theory]
    [InlineData(false, false)]
    [InlineData(true, true)]
    public async Task Axe_OnOperatorViews_HasNoSeriousFinding(bool dark, bool phone)
    {
        await using var owner = await web.NewPeerAsync("axe");
        await using var guest = await web.NewPeerAsync("guest");
        var name = $"rare{Guid.NewGuid():N}"[..12];
        await owner.OkAsync("CREATE", new { name });
        await JoinAsync(guest, name);
        await guest.SayAsync(guest.Window(name), "/me waves");
        await guest.OkAsync("CLOSE", new { windowId = guest.Window(name) });
        await guest.WaitAsync(view => view.Group(name) is null, "the window to be gone");
        await JoinAsync(guest, name);
        await using var user = await web.OpenAsync(owner.Login, new VisitOptions { Dark = dark, Phone = phone, Size = phone ? (390, 844) : (1280, 800) });
        var page = user.Page;
        await user.OpenWindowAsync(name);

        await page.Locator(".noise-line").Last.ClickAsync();
        await page.Locator(".noise .message").First.WaitForAsync();
        await AxeCheck.PassesAsync(page, "who came and went");
        await user.SayAsync("/nonsense");
        await page.Locator(".complaint").WaitForAsync();
        await AxeCheck.PassesAsync(page, "complaint");
        if (phone)
            await page.GetByRole(AriaRole.Button, new() { Name = "Members" }).ClickAsync();
        await page.Locator(".members").GetByRole(AriaRole.Button, new() { Name = guest.Login.Nick }).ClickAsync();
        await page.GetByRole(AriaRole.Menuitem, new() { Name = $"Remove from {name}…" }).WaitForAsync();
        await AxeCheck.PassesAsync(page, "person");
        await page.GetByRole(AriaRole.Menuitem, new() { Name = $"Remove from {name}…" }).ClickAsync();
        await page.GetByRole(AriaRole.Dialog, new() { Name = $"Remove {guest.Login.Nick} from {name}?" }).WaitForAsync();
        await AxeCheck.PassesAsync(page, "kick");
        await page.GetByLabel("Reason (optional)").FillAsync("Enough");
        await page.GetByRole(AriaRole.Dialog).GetByRole(AriaRole.Button, new() { Name = "Remove" }).ClickAsync();
        if (phone)
            await page.Locator(".members").GetByRole(AriaRole.Button, new() { Name = "Close" }).ClickAsync();
        await page.Locator(".message.kick", new() { HasText = "Enough" }).WaitForAsync();
        await AxeCheck.PassesAsync(page, "kicked");

        foreach (var window in new[] { name, WebSystem.Lobby })
            await owner.OkAsync("UPDATE", new { windowId = owner.Window(window), visible = false });
        await ToListAsync(page, phone);
        await page.GetByRole(AriaRole.Button, new() { Name = "All windows", Exact = true }).ClickAsync();
        await page.Locator(".content .empty").WaitForAsync();
        await AxeCheck.PassesAsync(page, "no window in sight");
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Axe_OnRefusals_HasNoSeriousFinding(bool dark)
    {
        var login = await web.NewMemberAsync("many");
        for (var i = 0; i < 8; i++)
            await web.Mas.ConnectAsync(login);
        await using var visitor = await web.VisitAsync(new VisitOptions { Dark = dark });
        await visitor.Page.GotoAsync("/#reset-password=abc");
        await visitor.Page.GetByLabel("New password").First.WaitForAsync();
        await AxeCheck.PassesAsync(visitor.Page, "new password");
        await visitor.UseLoginAsync(login);
        await visitor.Page.GotoAsync("about:blank");
        await visitor.Page.GotoAsync("/");
        await visitor.Page.Locator(".ended").WaitForAsync();
        await AxeCheck.PassesAsync(visitor.Page, "too many sessions");
    }

    private static async Task JoinAsync(MasClient client, string name)
    {
        await client.OkAsync("JOIN", new { network = "MAS", name });
        await client.WaitAsync(view => view.Group(name) is not null, "the group's window");
    }

    /// <summary>On a phone the list is a page of its own.</summary>
    private static async Task ToListAsync(IPage page, bool phone)
    {
        if (phone)
            await page.GoBackAsync();
        await page.Locator(".sidebar").WaitForAsync();
    }
}

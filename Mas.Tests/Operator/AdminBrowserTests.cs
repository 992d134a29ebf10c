using Mas.Tests.Harness;
using Mas.Tests.Web;
using Microsoft.Playwright;

namespace Mas.Tests.Operator;

/// <summary>/admin in a real browser: a console error, a violation of the Content-Security-Policy included, fails the test.</summary>
[Collection(WebTests.Name)]
public sealed class AdminBrowserTests(WebSystem web)
{
    [Fact]
    public async Task Admin_InABrowser_ShowsGaugesAndActsAfterAQuestion()
    {
        var login = await web.Mas.NewUserAsync("boss");
        await RedisCli.EvalAsync(web.Mas.Redis, "permit", login.UserId, "admin", "yes");
        var hostile = await web.NewPeerAsync("mallory");
        await hostile.OkAsync("UPDATE_PROFILE", new { name = "<img src=x onerror=alert(1)>" });
        await using var visitor = await web.VisitAsync(new VisitOptions { ExpectedErrors = ["422"] });
        await visitor.UseLoginAsync(login);
        var page = visitor.Page;

        await page.GotoAsync("/admin/");
        await page.Locator(".gauge", new() { HasText = "Sessions" }).WaitForAsync();
        await page.Locator("#inboxes td", new() { HasText = "loopbackparser" }).WaitForAsync();

        await page.GetByLabel("Nick, email, name or id").FillAsync(hostile.Login.Nick);
        await page.Locator("#users-form button").ClickAsync();
        var row = page.Locator("#users tbody tr", new() { HasText = hostile.Login.Nick });
        await row.GetByText("<img src=x onerror=alert(1)>").WaitForAsync();
        await Assertions.Expect(page.Locator("#users tbody tr")).ToHaveCountAsync(1);

        await row.GetByRole(AriaRole.Button, new() { Name = "Disable" }).ClickAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "No", Exact = true }).ClickAsync();
        await hostile.OkAsync("GET_PROFILE");
        await row.GetByRole(AriaRole.Button, new() { Name = "Disable" }).ClickAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "Yes", Exact = true }).ClickAsync();

        Assert.Equal("ACCOUNT_CLOSED", (await hostile.Ended.WaitAsync(Eventually.DefaultDeadline)).Code);
        await row.GetByRole(AriaRole.Button, new() { Name = "Enable" }).WaitForAsync();
        await page.Locator("#audit td", new() { HasText = $"disable {hostile.UserId}" }).WaitForAsync();

        // Any script by its form: a wrong name is said, and nothing else happens.
        await page.GetByLabel("Script").SelectOptionAsync("windows");
        await page.GetByLabel("WHO").FillAsync("nobody-of-this-name");
        await page.GetByRole(AriaRole.Button, new() { Name = "Run" }).ClickAsync();
        await page.Locator("#message", new() { HasText = "NOT_FOUND" }).WaitForAsync();
        await page.GetByLabel("WHO").FillAsync(login.Nick);
        await page.GetByRole(AriaRole.Button, new() { Name = "Run" }).ClickAsync();
        await page.Locator("#result td", new() { HasText = WebSystem.Lobby }).WaitForAsync();
        await Assertions.Expect(page.Locator("#message")).ToBeEmptyAsync();
    }
}

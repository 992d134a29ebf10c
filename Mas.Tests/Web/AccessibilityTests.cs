using Mas.Tests.Harness;
using Microsoft.Playwright;
using Newtonsoft.Json.Linq;

namespace Mas.Tests.Web;

/// <summary>What axe-core, the rules of WCAG as a program, finds on the main views, in both themes.</summary>
[Collection(WebTests.Name)]
public sealed class AccessibilityTests(WebSystem web)
{
    private static readonly Lazy<string> Axe = new(() => File.ReadAllText(Path.Combine(BuildOutput.Root, "Mas.Server", "ClientApp", "node_modules", "axe-core", "axe.min.js")));

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task MainViews_HaveNoSeriousFinding(bool dark)
    {
        var options = new VisitOptions { Dark = dark };
        await using var visitor = await web.VisitAsync(options);
        await visitor.Page.GotoAsync("/");
        await visitor.Page.GetByLabel("Email or nick").WaitForAsync();
        await CheckAsync(visitor.Page, "login");
        await visitor.Page.GotoAsync("/register");
        await visitor.Page.GetByLabel("Your name").WaitForAsync();
        await CheckAsync(visitor.Page, "register");

        await using var bob = await web.NewPeerAsync("bob");
        await using var user = await web.OpenAsync("axe", options);
        var page = user.Page;
        var lobby = bob.Window(WebSystem.Lobby);
        await user.SayAsync("`code` https://example.org/picture.png #lobby");
        await bob.SayAsync(lobby, $"@{user.Nick}: \u0002bold\u0002 \u0003" + "04red\u0003 \u0003" + "08yellow \u0003" + "00,01white");
        await bob.SayAsync(lobby, "```js\nlet x = 1;\n```");
        await bob.OkAsync("CHAT", new { userId = user.Login.UserId });
        await bob.SayAsync(bob.Read(view => view.OneOnOne(user.Login.UserId)!.WindowId), "psst");
        await user.SeesAsync("yellow");
        await user.Page.Locator(".badge.mention").WaitForAsync();
        await CheckAsync(page, "conversation");
        await page.GetByRole(AriaRole.Button, new() { Name = "All windows", Exact = true }).ClickAsync();
        await page.Locator(".grid").WaitForAsync();
        await CheckAsync(page, "grid");
        await page.GetByRole(AriaRole.Button, new() { Name = "Friends" }).ClickAsync();
        await CheckAsync(page, "friends");
        await user.OpenWindowAsync(WebSystem.Lobby);
        await user.Composer.FillAsync("");
        await user.Composer.PressSequentiallyAsync("/");
        await page.GetByRole(AriaRole.Listbox).WaitForAsync();
        await CheckAsync(page, "completion");
        await user.Composer.FillAsync("");
        foreach (var (keys, name) in new[] { ("Control+k", "Find or jump to"), ("Control+Comma", "Settings") })
        {
            await page.Keyboard.PressAsync(keys);
            await page.GetByRole(AriaRole.Dialog, new() { Name = name }).WaitForAsync();
            await CheckAsync(page, name);
            if (name == "Settings")
            {
                await page.Locator("label.segment", new() { HasText = "Account" }).ClickAsync();
                await CheckAsync(page, "account");
            }
            await page.Keyboard.PressAsync("Escape");
        }
        await page.GetByRole(AriaRole.Button, new() { Name = "Join or create" }).First.ClickAsync();
        await CheckAsync(page, "join");
        await page.Keyboard.PressAsync("Escape");
        await page.GetByRole(AriaRole.Button, new() { Name = $"Actions for {WebSystem.Lobby}" }).ClickAsync();
        await CheckAsync(page, "menu");
    }

    private static async Task CheckAsync(IPage page, string view)
    {
        // Through the debugger, since the page's policy allows no script but its own.
        await page.EvaluateAsync($"{Axe.Value}; undefined");
        var json = await page.EvaluateAsync<string>("axe.run(document, { resultTypes: ['violations'] }).then(result => JSON.stringify(result.violations))");
        var findings = JArray.Parse(json)
            .Where(finding => finding.Value<string>("impact") is "serious" or "critical" or "moderate")
            .Select(finding => $"{view}: {finding["id"]} ({finding["impact"]}): {finding["help"]}\n    {string.Join("\n    ", finding["nodes"]!.Take(4).Select(node => $"{node["html"]} {node["failureSummary"]}"))}")
            .ToList();
        Assert.True(findings.Count == 0, string.Join('\n', findings));
    }
}

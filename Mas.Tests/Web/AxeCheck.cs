using Mas.Tests.Harness;
using Microsoft.Playwright;
using Newtonsoft.Json.Linq;

namespace Mas.Tests.Web;

/// <summary>axe-core: the rules of WCAG as a program.</summary>
public static class AxeCheck
{
    private static readonly Lazy<string> Axe = new(() => File.ReadAllText(Path.Combine(BuildOutput.Root, "Mas.Server", "ClientApp", "node_modules", "axe-core", "axe.min.js")));

    /// <summary>Fails when the page has a finding that is moderate or worse.</summary>
    /// <param name="page">The page as it is shown now.</param>
    /// <param name="view">What is shown, for the failure message.</param>
    public static Task PassesAsync(IPage page, string view) => PassesAsync(page, view, "");

    /// <summary>
    /// The same in the light theme, and then, of what depends on colours, in the dark one. The page's settings have to follow the
    /// system's, and the system's are light again when this returns.
    /// </summary>
    /// <param name="page">The page as it is shown now.</param>
    /// <param name="view">What is shown, for the failure message.</param>
    public static async Task PassesInBothThemesAsync(IPage page, string view)
    {
        await ShowAsync(page, ColorScheme.Light, "light");
        await PassesAsync(page, view, "");
        await ShowAsync(page, ColorScheme.Dark, "dark");
        await PassesAsync(page, $"{view}, dark", "runOnly: { type: 'rule', values: ['color-contrast', 'link-in-text-block'] },");
        await ShowAsync(page, ColorScheme.Light, "light");
    }

    private static async Task ShowAsync(IPage page, ColorScheme scheme, string theme)
    {
        await page.EmulateMediaAsync(new() { ColorScheme = scheme });
        await page.WaitForFunctionAsync("theme => document.documentElement.dataset.theme === theme", theme);
    }

    private static async Task PassesAsync(IPage page, string view, string only)
    {
        // Through the debugger, since the page's policy allows no script but its own; and once for each page, since it is long.
        if (!await page.EvaluateAsync<bool>("'axe' in window"))
            await page.EvaluateAsync($"{Axe.Value}; undefined");
        var json = await page.EvaluateAsync<string>($"axe.run(document, {{ {only} resultTypes: ['violations'] }}).then(result => JSON.stringify(result.violations))");
        var findings = JArray.Parse(json)
            .Where(finding => finding.Value<string>("impact") is "serious" or "critical" or "moderate")
            .Select(finding => $"{view}: {finding["id"]} ({finding["impact"]}): {finding["help"]}\n    {string.Join("\n    ", finding["nodes"]!.Take(4).Select(node => $"{node["html"]} {node["failureSummary"]}"))}")
            .ToList();
        Assert.True(findings.Count == 0, string.Join('\n', findings));
    }
}

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
    public static async Task PassesAsync(IPage page, string view)
    {
        // Through the debugger, since the page's policy allows no script but its own; and once for each page, since it is long.
        if (!await page.EvaluateAsync<bool>("'axe' in window"))
            await page.EvaluateAsync($"{Axe.Value}; undefined");
        var json = await page.EvaluateAsync<string>("axe.run(document, { resultTypes: ['violations'] }).then(result => JSON.stringify(result.violations))");
        var findings = JArray.Parse(json)
            .Where(finding => finding.Value<string>("impact") is "serious" or "critical" or "moderate")
            .Select(finding => $"{view}: {finding["id"]} ({finding["impact"]}): {finding["help"]}\n    {string.Join("\n    ", finding["nodes"]!.Take(4).Select(node => $"{node["html"]} {node["failureSummary"]}"))}")
            .ToList();
        Assert.True(findings.Count == 0, string.Join('\n', findings));
    }
}

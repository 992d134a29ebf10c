using System.Diagnostics;
using System.Text.RegularExpressions;
using Mas.Tests.Client;
using Mas.Tests.Harness;
using Newtonsoft.Json.Linq;

namespace Mas.Tests.Operator;

/// <summary>The files under scripts/deploy: what they name is there.</summary>
public sealed partial class DeployFilesTests(OperatorFixture on) : IClassFixture<OperatorFixture>
{
    private static readonly string Deploy = Path.Combine(BuildOutput.Root, "scripts", "deploy");

    [Fact]
    public async Task SystemdUnits_Verified_AreValid()
    {
        using var folder = new TempFolder("systemd");
        var units = Directory.GetFiles(Path.Combine(Deploy, "systemd"));
        Assert.NotEmpty(units);
        foreach (var unit in units)
        {
            // The programs are installed where the units run, not here.
            var text = Regex.Replace(await File.ReadAllTextAsync(unit), "(?m)^ExecStart=\\S+", "ExecStart=/bin/true");
            await File.WriteAllTextAsync(Path.Combine(folder.Path, Path.GetFileName(unit)), text);
        }
        var start = new ProcessStartInfo("systemd-analyze", ["verify", "--man=no", .. Directory.GetFiles(folder.Path)]) { RedirectStandardError = true };
        using var process = Process.Start(start)!;
        var said = await process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync();

        Assert.True(process.ExitCode == 0 && !said.Contains(folder.Path), said);
    }

    [Fact]
    public async Task RulesAndDashboard_AllQueries_NameExistingMetricsAndLabels()
    {
        await using var worker = await MasProcess.StartedAsync("Mas.Loopback", new Dictionary<string, string>
        {
            ["Redis:Endpoint"] = on.Mas.Redis.Endpoint,
            ["Worker:MetricsUrl"] = $"http://127.0.0.1:{FreePort.Next()}",
        });
        using var http = new MasHttp(on.Mas.Address);
        var alice = await on.Mas.NewClientAsync("alice");
        await on.NewGroupAsync(alice);
        var published = DefinedInSource();
        var served = (await http.GetAsync("/metrics")).Text;
        foreach (var gauge in new[] { "mas_inbox_depth", "mas_lease_held", "mas_dead_letter_depth", "mas_sessions", "mas_request_duration_seconds_bucket", "mas_requests_total" })
            Assert.Contains(gauge, served);

        var rules = await File.ReadAllTextAsync(Path.Combine(Deploy, "prometheus", "mas.rules.yml"));
        var dashboard = JObject.Parse(await File.ReadAllTextAsync(Path.Combine(Deploy, "grafana", "mas.json")));
        var expressions = dashboard["panels"]!.SelectMany(panel => panel["targets"]!).Select(target => target.Value<string>("expr")!)
            .Append(rules);
        foreach (var name in expressions.SelectMany(expression => Metric().Matches(expression)).Select(match => match.Value).Distinct())
            Assert.True(published.Contains(name), $"{name} is no metric of MAS");
    }

    [Fact]
    public async Task Alerts_All_AreExplainedInTheDocs()
    {
        var rules = await File.ReadAllTextAsync(Path.Combine(Deploy, "prometheus", "mas.rules.yml"));
        var operations = await File.ReadAllTextAsync(Path.Combine(BuildOutput.Root, "docs", "operations", "monitoring.md"));
        var alerts = Regex.Matches(rules, @"alert: (\w+)").Select(match => match.Groups[1].Value).ToArray();

        Assert.NotEmpty(alerts);
        Assert.All(alerts, alert => Assert.Contains($"`{alert}`", operations));
    }

    [Fact]
    public async Task Metrics_All_AreExplainedInTheDocs()
    {
        var docs = Directory.GetFiles(Path.Combine(BuildOutput.Root, "docs"), "*.md", SearchOption.AllDirectories);
        var text = string.Concat(await Task.WhenAll(docs.Select(doc => File.ReadAllTextAsync(doc))));
        // A histogram is explained once, under the name that it has without its ends.
        var names = DefinedInSource().Where(name => !name.EndsWith("_sum", StringComparison.Ordinal) && !name.EndsWith("_bucket", StringComparison.Ordinal))
            .Select(name => name.EndsWith("_count", StringComparison.Ordinal) ? name[..^"_count".Length] : name).ToArray();

        Assert.NotEmpty(names);
        Assert.All(names, name => Assert.Contains($"`{name}`", text));
    }

    /// <summary>Every name that the exporter can print, from where the instruments are made: those without a measurement are not printed.</summary>
    private static HashSet<string> DefinedInSource()
    {
        var names = new HashSet<string>(StringComparer.Ordinal);
        foreach (var project in new[] { "Mas.Core", "Mas.Server", "Mas.Loopback", "Mas.IrcBackend" })
        {
            foreach (var file in Directory.GetFiles(Path.Combine(BuildOutput.Root, project), "*.cs", SearchOption.AllDirectories))
            {
                foreach (Match made in Instrument().Matches(File.ReadAllText(file)))
                {
                    var name = made.Groups["name"].Value.Replace('.', '_') + (made.Groups["unit"].Value == "s" ? "_seconds" : "");
                    var kind = made.Groups["kind"].Value;
                    if (kind == "Counter")
                        names.Add(name + "_total");
                    else if (kind == "Histogram")
                        names.UnionWith(new[] { "_bucket", "_sum", "_count" }.Select(end => name + end));
                    else
                        names.Add(name);
                }
            }
        }
        return names;
    }

    [GeneratedRegex(@"\bmas_[a-z_]+")]
    private static partial Regex Metric();

    [GeneratedRegex("""Create(?<kind>Counter|Histogram|ObservableGauge|ObservableUpDownCounter)(?:<\w+>)?\("(?<name>mas[\w.]+)"(?:, "(?<unit>[^"]*)")?""")]
    private static partial Regex Instrument();
}

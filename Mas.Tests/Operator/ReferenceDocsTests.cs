using System.ComponentModel.DataAnnotations;
using System.Reflection;
using System.Text;
using System.Text.RegularExpressions;
using System.Xml.Linq;
using Mas.Core.Hosting;
using Mas.Core.Model;
using Mas.Core.Operator;
using Mas.Core.Queues;
using Mas.Core.Redis;
using Mas.Loopback;
using Mas.Server;
using Mas.Tests.Harness;

namespace Mas.Tests.Operator;

/// <summary>
/// docs/operations/settings.md and docs/reference/masctl.md say what the code says. <c>MAS_WRITE_DOCS=1</c> writes them anew.
/// </summary>
public sealed class ReferenceDocsTests
{
    private static readonly bool Writes = Environment.GetEnvironmentVariable("MAS_WRITE_DOCS") is "1";

    /// <summary>The options classes, by the section that they are bound to, in the order of the page.</summary>
    private static readonly (string Section, Type Type, string Readers)[] Sections =
    [
        ("Redis", typeof(RedisOptions), "every program"),
        ("History", typeof(HistoryOptions), "every program; set it alike for all"),
        ("Telemetry", typeof(TelemetryOptions), "every program"),
        ("Server", typeof(ServerOptions), "Mas.Server"),
        ("Session", typeof(SessionOptions), "Mas.Server"),
        ("Limits", typeof(LimitsOptions), "Mas.Server"),
        ("Accounts", typeof(AccountOptions), "Mas.Server"),
        ("Mail", typeof(MailOptions), "Mas.Server"),
        ("Worker", typeof(WorkerOptions), "Mas.Loopback, Mas.IrcBackend"),
        ("Loopback", typeof(LoopbackOptions), "Mas.Loopback"),
        ("Irc", typeof(CredentialOptions), "Mas.Server, Mas.IrcBackend; set it alike for both"),
    ];

    private static readonly Assembly[] Programs = [typeof(RedisOptions).Assembly, typeof(ServerOptions).Assembly, typeof(LoopbackOptions).Assembly];

    [Fact]
    public async Task SettingsPage_IsWhatTheOptionsClassesSay() =>
        await HoldsAsync(Path.Combine("docs", "operations", "settings.md"), "settings", SettingsTables());

    [Fact]
    public async Task MasctlPage_ListsEveryScript() =>
        await HoldsAsync(Path.Combine("docs", "reference", "masctl.md"), "commands", CommandTable());

    [Fact]
    public void SettingsPage_LeavesOutNoOptionsClass()
    {
        var bound = Programs.SelectMany(assembly => assembly.GetTypes())
            .Where(type => type.Name.EndsWith("Options", StringComparison.Ordinal) && type.GetProperties().Any(property => property.CanWrite) && type.IsClass);

        Assert.Empty(bound.Except(Sections.Select(section => section.Type)));
    }

    /// <summary>The part of a page between <c>&lt;!-- begin NAME --&gt;</c> and <c>&lt;!-- end NAME --&gt;</c> equals the text.</summary>
    private static async Task HoldsAsync(string page, string name, string text)
    {
        var path = Path.Combine(BuildOutput.Root, page);
        var file = await File.ReadAllTextAsync(path);
        var (begin, end) = ($"<!-- begin {name} -->\n", $"<!-- end {name} -->");
        var from = file.IndexOf(begin, StringComparison.Ordinal) + begin.Length;
        var to = file.IndexOf(end, StringComparison.Ordinal);
        Assert.True(from >= begin.Length && to >= from, $"{page} lacks its markers for {name}.");
        if (Writes)
            await File.WriteAllTextAsync(path, file[..from] + text + file[to..]);
        else
            Assert.True(file[from..to] == text, $"{page} is out of date. Run this test with MAS_WRITE_DOCS=1 and commit the page.");
    }

    private static string SettingsTables()
    {
        var text = new StringBuilder();
        foreach (var (section, type, readers) in Sections)
        {
            var docs = Docs(type.Assembly);
            var defaults = Activator.CreateInstance(type, nonPublic: true);
            text.Append($"\n## {section}\n\nRead by {readers}.\n\n| Setting | Default | Allowed | Meaning |\n| --- | --- | --- | --- |\n");
            foreach (var property in type.GetProperties(BindingFlags.Public | BindingFlags.Instance).Where(property => property.CanWrite))
            {
                var summary = docs.GetValueOrDefault($"P:{type.FullName!.Replace('+', '.')}.{property.Name}");
                Assert.True(summary is { Length: > 0 }, $"{type.Name}.{property.Name} has no summary.");
                text.Append($"| `{section}:{property.Name}` | {Default(property.GetValue(defaults))} | {Allowed(property)} | {summary} |\n");
            }
        }
        return text.Append('\n').ToString();
    }

    private static string CommandTable()
    {
        var text = new StringBuilder("\n| Command | Does |\n| --- | --- |\n");
        foreach (var script in AdminScripts.All.Values)
            text.Append($"| `{script.Usage.Replace("|", "\\|")}` | {Sentence(script.Purpose)} |\n");
        return text.Append('\n').ToString();
    }

    private static string Sentence(string text) => char.ToUpperInvariant(text[0]) + text[1..].Replace("|", "\\|");

    private static string Default(object? value) => value switch
    {
        null or "" => "–",
        bool flag => flag ? "`true`" : "`false`",
        _ => $"`{value}`",
    };

    private static string Allowed(PropertyInfo property) =>
        property.GetCustomAttribute<RangeAttribute>() is { } range ? $"{range.Minimum} to {range.Maximum}"
        : property.PropertyType == typeof(bool) ? "true, false"
        : property.GetCustomAttribute<RequiredAttribute>() is not null ? "text, not empty"
        : "text";

    /// <summary>The summaries of an assembly's members, as Markdown, by their documentation ids.</summary>
    private static Dictionary<string, string> Docs(Assembly assembly)
    {
        var xml = XDocument.Load(Path.ChangeExtension(BuildOutput.AssemblyOf(assembly.GetName().Name!), ".xml"));
        return xml.Descendants("member")
            .Where(member => member.Element("summary") is not null)
            .ToDictionary(member => member.Attribute("name")!.Value, member => Markdown(member.Element("summary")!));
    }

    private static string Markdown(XElement summary) => Regex.Replace(string.Concat(summary.Nodes().Select(node => node switch
    {
        XElement { Name.LocalName: "c" } code => $"`{code.Value}`",
        XElement { Name.LocalName: "see" } see => $"`{(see.Attribute("cref")?.Value ?? see.Attribute("langword")!.Value).Split('.')[^1]}`",
        _ => $"{node}",
    })), "\\s+", " ").Trim().Replace("|", "\\|").Replace("&lt;", "<").Replace("&gt;", ">");
}

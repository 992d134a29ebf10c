using System.Reflection;

namespace Mas.Core.Operator;

/// <summary>All operators' scripts. They are embedded, so that a program runs the versions that it was built with.</summary>
public static class AdminScripts
{
    private const string Prefix = "admin.";

    /// <summary>By name.</summary>
    public static IReadOnlyDictionary<string, AdminScript> All { get; } = Load();

    private static SortedDictionary<string, AdminScript> Load()
    {
        var assembly = Assembly.GetExecutingAssembly();
        var scripts = new SortedDictionary<string, AdminScript>(StringComparer.Ordinal);
        foreach (var resource in assembly.GetManifestResourceNames().Where(name => name.StartsWith(Prefix, StringComparison.Ordinal)))
        {
            using var reader = new StreamReader(assembly.GetManifestResourceStream(resource)!);
            var name = resource[Prefix.Length..^".lua".Length];
            scripts[name] = AdminScript.Read(name, reader.ReadToEnd());
        }
        return scripts;
    }
}

using System.Reflection;

namespace Mas.Server.Admin;

/// <summary>The page's files, which are embedded. The security headers forbid inline scripts and styles.</summary>
internal static class AdminPage
{
    private static readonly Dictionary<string, (byte[] Content, string Type)> Files = new()
    {
        ["admin.html"] = (Load("admin.html"), "text/html; charset=utf-8"),
        ["admin.js"] = (Load("admin.js"), "text/javascript; charset=utf-8"),
        ["admin.css"] = (Load("admin.css"), "text/css; charset=utf-8"),
    };

    internal static IResult Serve(string name) => Results.Bytes(Files[name].Content, Files[name].Type);

    private static byte[] Load(string name)
    {
        using var stream = Assembly.GetExecutingAssembly().GetManifestResourceStream("admin/" + name)
            ?? throw new InvalidOperationException($"Admin/Page/{name} is not embedded.");
        using var copy = new MemoryStream();
        stream.CopyTo(copy);
        return copy.ToArray();
    }
}

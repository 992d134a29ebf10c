using System.Security.Cryptography;
using Microsoft.AspNetCore.StaticFiles;

namespace Mas.Server.WebClient;

/// <summary>
/// The built web client, read into memory once: it is less than a megabyte, and does not change while the server runs.
/// </summary>
internal sealed class WebClientFiles
{
    private const string Unchanging = "public, max-age=31536000, immutable";
    private const string AskEachTime = "no-cache";

    private readonly Dictionary<string, WebClientFile> _files = new(StringComparer.Ordinal);

    private WebClientFiles()
    {
    }

    /// <summary>The page; null when the server was built without the web client.</summary>
    internal WebClientFile? Page => Find("/index.html");

    /// <summary>Reads a folder with what the build of <c>ClientApp</c> made; an absent one is one without files.</summary>
    internal static WebClientFiles Load(string folder)
    {
        var files = new WebClientFiles();
        if (!Directory.Exists(folder))
            return files;
        var types = new FileExtensionContentTypeProvider();
        types.Mappings[".webmanifest"] = "application/manifest+json";
        foreach (var path in Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories))
        {
            if (types.TryGetContentType(path, out var type) && Path.GetExtension(path) is not (".br" or ".gz"))
                files._files["/" + Path.GetRelativePath(folder, path).Replace('\\', '/')] = Read(path, type);
        }
        return files;
    }

    /// <summary>The file at a path of the site such as <c>/assets/index-1a2b.js</c>.</summary>
    internal WebClientFile? Find(string path) => _files.GetValueOrDefault(path);

    private static WebClientFile Read(string path, string type)
    {
        var content = File.ReadAllBytes(path);
        var text = type.StartsWith("text/", StringComparison.Ordinal) || type.EndsWith("json", StringComparison.Ordinal);
        // Names in assets/ hold a hash of their content; the others keep their name when they change.
        var hashed = Path.GetFileName(Path.GetDirectoryName(path)) == "assets";
        return new WebClientFile(
            text ? $"{type}; charset=utf-8" : type,
            hashed ? Unchanging : AskEachTime,
            $"\"{Convert.ToHexStringLower(SHA256.HashData(content).AsSpan(0, 12))}\"",
            content,
            ReadIfThere($"{path}.br"),
            ReadIfThere($"{path}.gz"));
    }

    private static byte[]? ReadIfThere(string path) => File.Exists(path) ? File.ReadAllBytes(path) : null;
}

namespace Mas.Tests.Harness;

/// <summary>Where the programs under test were built: beside the tests, in the same configuration.</summary>
public static class BuildOutput
{
    /// <summary>The folder that holds Mas.sln.</summary>
    public static string Root { get; } = FindRoot();

    /// <summary>The built assembly of a program, such as <c>Mas.Server</c>.</summary>
    /// <exception cref="FileNotFoundException">It was not built in this configuration.</exception>
    public static string AssemblyOf(string project) => AssemblyOf(project, project);

    /// <inheritdoc cref="AssemblyOf(string)"/>
    /// <param name="folder">The project's folder, from the root.</param>
    /// <param name="project">The program.</param>
    /// <param name="checkout">Another checkout that was built in the same configuration; null for this one.</param>
    public static string AssemblyOf(string folder, string project, string? checkout = null)
    {
        // …/bin/Release/net10.0/
        var framework = new DirectoryInfo(AppContext.BaseDirectory.TrimEnd(Path.DirectorySeparatorChar));
        var path = Path.Combine(checkout ?? Root, folder, "bin", framework.Parent!.Name, framework.Name, $"{project}.dll");
        return File.Exists(path) ? path : throw new FileNotFoundException($"{project} is not built: {path}", path);
    }

    private static string FindRoot()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "Mas.sln")))
                return folder.FullName;
        }
        throw new DirectoryNotFoundException($"No Mas.sln above {AppContext.BaseDirectory}");
    }
}

namespace Mas.Tests.Harness;

/// <summary>A folder of a test's own under the system's temp folder, deleted with all that is in it.</summary>
public sealed class TempFolder : IDisposable
{
    /// <summary>Makes the folder.</summary>
    /// <param name="purpose">Part of its name, so that a leftover can be recognised.</param>
    public TempFolder(string purpose)
    {
        Path = Directory.CreateTempSubdirectory($"mas-{purpose}-").FullName;
        Leftovers.Made(Path);
    }

    /// <summary>The folder's full path.</summary>
    public string Path { get; }

    /// <inheritdoc/>
    public void Dispose()
    {
        if (Directory.Exists(Path))
            Directory.Delete(Path, recursive: true);
        Leftovers.Removed(Path);
    }
}

using System.Globalization;

namespace Mas.Tests.Harness;

/// <summary>scripts/bench and scripts/chaos, ended in the middle: what they started goes with them.</summary>
public sealed class LeftoversTests
{
    [Theory]
    [InlineData("bench", ProcessSignal.Terminate)]
    [InlineData("bench", ProcessSignal.Kill)]
    [InlineData("chaos", ProcessSignal.Terminate)]
    public async Task Tool_EndedByASignal_LeavesNoProcessAndNoFolder(string tool, ProcessSignal signal)
    {
        using var temp = new TempFolder("leftovers");
        string[] program = tool == "bench"
            ? [BuildOutput.AssemblyOf("scripts/load", "Mas.Load"), "run", "group-100", "--warm-up", "600"]
            : [typeof(LeftoversTests).Assembly.Location, "chaos", "--minutes", "10", "--round", "600"];
        string[] parts = tool == "bench"
            ? ["redis-server", "Mas.Server.dll", "Mas.Loopback.dll", "Mas.Load.dll load"]
            : ["redis-server", "Mas.Server.dll", "Mas.Loopback.dll"];
        await using var process = ChildProcess.Start(tool, "dotnet", program, temp.Path, new Dictionary<string, string?> { ["TMPDIR"] = temp.Path });
        Dictionary<int, string> children = [];
        await Eventually.HoldsAsync(
            () => process.HasExited || Array.TrueForAll(parts, part => (children = ChildrenOf(process.Id)).Values.Any(command => command.Contains(part, StringComparison.Ordinal))),
            () => $"{tool} has all of its parts\n{process.LogTail}");
        Assert.False(process.HasExited, process.LogTail);
        Assert.NotEmpty(Directory.GetDirectories(temp.Path));

        process.Signal(signal);
        await process.WaitForExitAsync();

        await Eventually.HoldsAsync(() => !children.Any(IsThere), $"nothing lives on of: {string.Join(", ", children.Where(IsThere))}");
        await Eventually.HoldsAsync(() => Directory.GetDirectories(temp.Path).Length == 0, "the folders are gone");
    }

    /// <summary>The command lines of the processes that a process has started, by id.</summary>
    private static Dictionary<int, string> ChildrenOf(int parent)
    {
        var children = new Dictionary<int, string>();
        foreach (var folder in Directory.GetDirectories("/proc"))
        {
            if (int.TryParse(Path.GetFileName(folder), NumberStyles.None, CultureInfo.InvariantCulture, out var id) && TryRead(id, "status").Contains($"\nPPid:\t{parent}\n", StringComparison.Ordinal)
                && CommandOf(id) is { Length: > 0 } command)
                children[id] = command;
        }
        return children;
    }

    /// <summary>What has ended and is nobody's child any more has no command line either.</summary>
    private static bool IsThere(KeyValuePair<int, string> process) => CommandOf(process.Key) == process.Value;

    private static string CommandOf(int id) => TryRead(id, "cmdline").Replace('\0', ' ').Trim();

    private static string TryRead(int id, string file)
    {
        try
        {
            return File.ReadAllText($"/proc/{id}/{file}");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // It ended while we looked.
            return "";
        }
    }
}

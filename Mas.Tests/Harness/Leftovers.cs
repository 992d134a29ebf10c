using System.Diagnostics;
using System.Globalization;

namespace Mas.Tests.Harness;

/// <summary>
/// What this process would leave behind if it ended now: processes that it has started, folders that it has made. A shell beside
/// it is told of them, sees its end, whether that is in order, by a signal that can't be caught or by a crash, and removes them.
/// </summary>
internal static class Leftovers
{
    /// <summary>
    /// Ctrl-C on a terminal reaches the shell too, which has to outlive it. Its input ends with the process at the other end. A
    /// process that was killed may write to its folder for a moment still, so removing that may take several attempts.
    /// </summary>
    private const string Shell = """
        trap '' HUP INT QUIT TERM
        declare -A processes folders
        while read -r what value; do
          case $what in
            started) processes[$value]=1 ;;
            ended) unset 'processes[$value]' ;;
            made) folders[$value]=1 ;;
            removed) unset 'folders[$value]' ;;
          esac
        done
        for process in "${!processes[@]}"; do kill -KILL "$process" 2>/dev/null; done
        for attempt in {1..50}; do
          rm -rf -- "${!folders[@]}" 2>/dev/null && break
          sleep 0.1
        done
        """;

    private static readonly Lock Gate = new();
    private static readonly StreamWriter Told = StartShell();

    /// <summary>A process runs from now on.</summary>
    internal static void Started(int processId) => Tell("started", processId.ToString(CultureInfo.InvariantCulture));

    /// <summary>A process has ended; its id may be another one's from now on.</summary>
    internal static void Ended(int processId) => Tell("ended", processId.ToString(CultureInfo.InvariantCulture));

    /// <summary>A folder is there from now on.</summary>
    internal static void Made(string folder) => Tell("made", folder);

    /// <summary>A folder is there no more.</summary>
    internal static void Removed(string folder) => Tell("removed", folder);

    private static void Tell(string what, string value)
    {
        lock (Gate)
            Told.WriteLine($"{what} {value}");
    }

    private static StreamWriter StartShell()
    {
        var start = new ProcessStartInfo("bash", ["-c", Shell]) { RedirectStandardInput = true, UseShellExecute = false, WorkingDirectory = "/" };
        // By it scripts/test finds, and kills, what a run has left; this one has yet to do its work then, and ends by itself.
        start.Environment.Remove("MAS_TEST_RUN");
        var shell = Process.Start(start)!;
        shell.StandardInput.AutoFlush = true;
        return shell.StandardInput;
    }
}

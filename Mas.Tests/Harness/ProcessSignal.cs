using System.ComponentModel;
using System.Runtime.InteropServices;

namespace Mas.Tests.Harness;

/// <summary>The POSIX signals that tests send to processes that they have started.</summary>
public enum ProcessSignal
{
    /// <summary>Ends the process at once, as a crash does.</summary>
    Kill = 9,

    /// <summary>Asks the process to end in order.</summary>
    Terminate = 15,

    /// <summary>Lets a stopped process go on.</summary>
    Continue = 18,

    /// <summary>Freezes the process: its sockets stay open and nothing answers.</summary>
    Stop = 19,
}

/// <summary>Sends signals by process id; .NET itself only knows how to kill.</summary>
public static class ProcessSignals
{
    private const int NoSuchProcess = 3;

    /// <summary>
    /// Sends <paramref name="signal"/>; a process that has ended meanwhile is no error. After <see cref="ProcessSignal.Stop"/> it
    /// waits until every thread stands still: on a busy machine, the others run on until one of them takes the signal.
    /// </summary>
    /// <exception cref="Win32Exception">The system refused.</exception>
    public static void Send(int processId, ProcessSignal signal)
    {
        if (SendSignal(processId, (int)signal) == 0)
        {
            if (signal == ProcessSignal.Stop)
                SpinWait.SpinUntil(() => IsStopped(processId), Eventually.DefaultDeadline);
            return;
        }
        var error = Marshal.GetLastPInvokeError();
        if (error != NoSuchProcess)
            throw new Win32Exception(error);
    }

    private static bool IsStopped(int processId)
    {
        try
        {
            return Directory.GetDirectories($"/proc/{processId}/task").All(thread => StateOf(thread) is 'T' or 'Z' or 'X');
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // A thread has ended meanwhile, or the process has.
            return !Directory.Exists($"/proc/{processId}");
        }
    }

    /// <summary>The state behind the name, which may hold anything: <c>12 (a name) T …</c>.</summary>
    private static char StateOf(string thread)
    {
        var stat = File.ReadAllText(Path.Combine(thread, "stat"));
        return stat[stat.LastIndexOf(')') + 2];
    }

    [DllImport("libc", EntryPoint = "kill", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int SendSignal(int processId, int signal);
}

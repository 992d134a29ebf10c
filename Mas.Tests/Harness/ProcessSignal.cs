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

    /// <summary>Sends <paramref name="signal"/>; a process that has ended meanwhile is no error.</summary>
    /// <exception cref="Win32Exception">The system refused.</exception>
    public static void Send(int processId, ProcessSignal signal)
    {
        if (SendSignal(processId, (int)signal) == 0)
            return;
        var error = Marshal.GetLastPInvokeError();
        if (error != NoSuchProcess)
            throw new Win32Exception(error);
    }

    [DllImport("libc", EntryPoint = "kill", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int SendSignal(int processId, int signal);
}

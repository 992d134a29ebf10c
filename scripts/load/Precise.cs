using System.Runtime.InteropServices;

namespace Mas.Load;

/// <summary>Sleeps that end when they should: .NET's own know only whole milliseconds, and to spin would take from what is measured.</summary>
internal static partial class Precise
{
    private const int SetTimerSlack = 29;

    // Of each thread. The kernel's default, 50 µs, would count as a latency of what is measured.
    [ThreadStatic]
    private static bool _isExact;

    public static void Sleep(TimeSpan duration)
    {
        if (!_isExact)
            _isExact = ProcessControl(SetTimerSlack, 1) == 0;
        var request = new TimeSpec { Seconds = (nint)duration.TotalSeconds, Nanoseconds = (nint)(duration.Ticks % TimeSpan.TicksPerSecond * 100) };
        _ = NanoSleep(ref request, IntPtr.Zero);
    }

    // A signal may end it early: then a message goes out a little before its time, and its latency counts from there.
    [LibraryImport("libc", EntryPoint = "nanosleep")]
    private static partial int NanoSleep(ref TimeSpec request, IntPtr remaining);

    [LibraryImport("libc", EntryPoint = "prctl")]
    private static partial int ProcessControl(int option, nuint value);

    [StructLayout(LayoutKind.Sequential)]
    private struct TimeSpec
    {
        public nint Seconds;
        public nint Nanoseconds;
    }
}

using System.Runtime.InteropServices;

namespace Mas.Load;

/// <summary>Sleeps for less than a millisecond. .NET's own sleeps know whole milliseconds, and spinning would take processors from the target.</summary>
internal static partial class PreciseSleep
{
    private const int SetTimerSlack = 29;

    // The kernel's default slack of 50 µs for each thread would count as latency of the target.
    [ThreadStatic]
    private static bool _isExact;

    public static void For(TimeSpan duration)
    {
        if (!_isExact)
            _isExact = ProcessControl(SetTimerSlack, 1) == 0;
        var request = new TimeSpec { Seconds = (nint)duration.TotalSeconds, Nanoseconds = (nint)(duration.Ticks % TimeSpan.TicksPerSecond * 100) };
        _ = NanoSleep(ref request, IntPtr.Zero);
    }

    // A signal may end it early: then a message goes out a little before its time.
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

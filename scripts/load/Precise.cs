using System.Runtime.InteropServices;

namespace Mas.Load;

/// <summary>Sleeps that end within a tenth of a millisecond: .NET's own know only whole ones, and to spin would take from what is measured.</summary>
internal static partial class Precise
{
    public static void Sleep(TimeSpan duration)
    {
        var request = new TimeSpec { Seconds = (nint)duration.TotalSeconds, Nanoseconds = (nint)(duration.Ticks % TimeSpan.TicksPerSecond * 100) };
        _ = NanoSleep(ref request, IntPtr.Zero);
    }

    // A signal may end it early: then a message goes out a little before its time, and its latency counts from there.
    [LibraryImport("libc", EntryPoint = "nanosleep")]
    private static partial int NanoSleep(ref TimeSpec request, IntPtr remaining);

    [StructLayout(LayoutKind.Sequential)]
    private struct TimeSpec
    {
        public nint Seconds;
        public nint Nanoseconds;
    }
}

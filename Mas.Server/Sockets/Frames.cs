using System.Buffers;

namespace Mas.Server.Sockets;

/// <summary>Builds frames: JSON arrays of entries that are already JSON.</summary>
internal static class Frames
{
    /// <summary>Frames are kept near this size; one entry may be larger.</summary>
    internal const int TargetBytes = 128 * 1024;

    internal static byte[] Of(ReadOnlySpan<byte> entry)
    {
        var frame = new byte[entry.Length + 2];
        frame[0] = (byte)'[';
        entry.CopyTo(frame.AsSpan(1));
        frame[^1] = (byte)']';
        return frame;
    }

    /// <summary>Writes entries into one rented buffer.</summary>
    /// <returns>The buffer, to be returned to the shared pool, and how much of it is the frame.</returns>
    internal static (byte[] Buffer, int Length) Rent(IReadOnlyList<byte[]> entries, int from, int count)
    {
        var length = 1 + count;
        for (var i = from; i < from + count; i++)
            length += entries[i].Length;
        var buffer = ArrayPool<byte>.Shared.Rent(length);
        buffer[0] = (byte)'[';
        var at = 1;
        for (var i = from; i < from + count; i++)
        {
            entries[i].CopyTo(buffer, at);
            at += entries[i].Length;
            buffer[at++] = i == from + count - 1 ? (byte)']' : (byte)',';
        }
        return (buffer, length);
    }

    /// <summary>How many entries, from one on, make a frame of about <see cref="TargetBytes"/>.</summary>
    internal static int Fit(IReadOnlyList<byte[]> entries, int from)
    {
        var length = 0;
        var count = 0;
        while (from + count < entries.Count && (count == 0 || length + entries[from + count].Length < TargetBytes))
            length += entries[from + count++].Length;
        return count;
    }
}

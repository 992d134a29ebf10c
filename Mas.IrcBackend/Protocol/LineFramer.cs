namespace Mas.IrcBackend.Protocol;

/// <summary>
/// Cuts received bytes into lines. A line ends with LF; CRs before it are removed. It holds memory only while a line is incomplete.
/// </summary>
/// <param name="maxLineBytes">Longer lines are dropped.</param>
internal sealed class LineFramer(int maxLineBytes = LineFramer.DefaultMaxLineBytes)
{
    /// <summary>Room for the longest tags and a line of 64 KiB, more than any server's LINELEN.</summary>
    internal const int DefaultMaxLineBytes = IrcTags.MaxReceivedBytes + 65536;

    private byte[] _partial = [];
    private int _length;
    private bool _skipping;

    /// <summary>The lines that were dropped because of their length.</summary>
    internal int DroppedLines { get; private set; }

    /// <summary>Takes received bytes and gives the lines that they complete, without empty ones.</summary>
    internal IReadOnlyList<byte[]> Accept(ReadOnlySpan<byte> read)
    {
        var lines = new List<byte[]>();
        while (read.IndexOf((byte)'\n') is var end and >= 0)
        {
            Complete(read[..end], lines);
            read = read[(end + 1)..];
        }
        Keep(read);
        return lines;
    }

    private void Complete(ReadOnlySpan<byte> tail, List<byte[]> lines)
    {
        if (_skipping || _length + tail.Length > maxLineBytes)
            DroppedLines++;
        else
        {
            var line = new byte[_length + tail.Length];
            _partial.AsSpan(0, _length).CopyTo(line);
            tail.CopyTo(line.AsSpan(_length));
            var content = line.AsSpan().TrimEnd((byte)'\r');
            if (!content.IsEmpty)
                lines.Add(content.Length == line.Length ? line : content.ToArray());
        }
        _partial = [];
        _length = 0;
        _skipping = false;
    }

    private void Keep(ReadOnlySpan<byte> rest)
    {
        if (rest.IsEmpty || _skipping)
            return;
        if (_length + rest.Length > maxLineBytes)
        {
            _partial = [];
            _length = 0;
            _skipping = true;
            return;
        }
        if (_partial.Length < _length + rest.Length)
            Array.Resize(ref _partial, Math.Max(_length + rest.Length, Math.Min(2 * _partial.Length, maxLineBytes)));
        rest.CopyTo(_partial.AsSpan(_length));
        _length += rest.Length;
    }
}

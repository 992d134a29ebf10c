namespace Mas.IrcBackend.Protocol;

/// <summary>
/// Says which lines of a channel are new when several of our connections hear the same channel. Each line arrives over
/// each of them, so for each (author, command, text) it is counted how often each connection has heard it and how many
/// were accepted: a line is new when its connection has now heard it more often than that. So a repeated "lol" is two
/// messages, and no connection has to be the one that reports.
/// </summary>
/// <param name="forgetAfter">
/// How long a line is remembered after it was last heard: longer than any connection lags behind another, which the
/// PINGs of idle connections bound.
/// </param>
public sealed class SharedLineCounter(TimeSpan forgetAfter)
{
    private readonly Dictionary<Line, Count> _counts = [];
    private readonly HashSet<string> _connections = [];
    private DateTimeOffset _swept;

    /// <summary>A connection has joined the channel; it starts from what was accepted, for it won't hear that.</summary>
    public void Joined(string connection)
    {
        if (_connections.Add(connection))
        {
            foreach (var count in _counts.Values)
            {
                count.Heard[connection] = count.Accepted;
            }
        }
    }

    /// <summary>A connection has left the channel, or is gone.</summary>
    public void Left(string connection)
    {
        if (_connections.Remove(connection))
        {
            foreach (var count in _counts.Values)
            {
                count.Heard.Remove(connection);
            }
        }
    }

    /// <summary>Counts a line and says whether it is new.</summary>
    /// <param name="connection">Who heard it.</param>
    /// <param name="author">The author's nick, folded.</param>
    /// <param name="command">PRIVMSG, NOTICE, TOPIC …</param>
    /// <param name="text">The text.</param>
    /// <param name="now">When it was received.</param>
    public bool IsNew(string connection, string author, string command, string text, DateTimeOffset now)
    {
        Joined(connection);
        Sweep(now);
        var line = new Line(author, command, text);
        if (!_counts.TryGetValue(line, out var count))
        {
            _counts[line] = count = new Count();
        }

        count.LastHeard = now;
        var heard = count.Heard.GetValueOrDefault(connection) + 1;
        count.Heard[connection] = heard;
        if (heard <= count.Accepted)
        {
            return false;
        }

        count.Accepted = heard;
        return true;
    }

    /// <summary>Notes a line that was accepted otherwise: what one of us said is posted when it is sent, and its echoes are none.</summary>
    public void Accepted(string author, string command, string text, DateTimeOffset now)
    {
        var line = new Line(author, command, text);
        if (!_counts.TryGetValue(line, out var count))
        {
            _counts[line] = count = new Count();
        }

        count.LastHeard = now;
        count.Accepted++;
    }

    private void Sweep(DateTimeOffset now)
    {
        if (now - _swept < forgetAfter / 4)
        {
            return;
        }

        _swept = now;
        foreach (var line in _counts.Where(entry => now - entry.Value.LastHeard > forgetAfter).Select(entry => entry.Key).ToList())
        {
            _counts.Remove(line);
        }
    }

    private sealed record Line(string Author, string Command, string Text);

    private sealed class Count
    {
        public int Accepted { get; set; }

        public Dictionary<string, int> Heard { get; } = [];

        public DateTimeOffset LastHeard { get; set; }
    }
}

namespace Mas.IrcBackend.Protocol;

/// <summary>
/// Decides which lines of a channel are new when several connections are in it and each hears every line. For each (author, command,
/// text) it counts how often each connection has heard the line and how many were accepted: a line is new when its connection has now
/// heard it more often than were accepted. So a repeated "lol" is two messages, and no single connection has to be the reporter.
/// </summary>
/// <param name="forgetAfter">
/// How long a line is remembered after it was last heard: longer than any connection lags behind another.
/// </param>
internal sealed class SharedLineCounter(TimeSpan forgetAfter)
{
    private readonly Dictionary<Line, Count> _counts = [];
    private readonly HashSet<string> _connections = [];
    private readonly HashSet<Line> _changed = [];
    private DateTimeOffset _swept;

    /// <summary>A connection has joined the channel; it starts from the accepted counts.</summary>
    internal void Joined(string connection)
    {
        if (_connections.Add(connection))
        {
            foreach (var (line, count) in _counts)
            {
                count.Heard[connection] = count.Accepted;
                _changed.Add(line);
            }
        }
    }

    /// <summary>A connection has left the channel or ended.</summary>
    internal void Left(string connection)
    {
        if (_connections.Remove(connection))
        {
            foreach (var (line, count) in _counts)
            {
                if (count.Heard.Remove(connection))
                    _changed.Add(line);
            }
        }
    }

    /// <summary>Counts a line and says whether it is new.</summary>
    /// <param name="connection">The connection.</param>
    /// <param name="author">The author's nick, folded.</param>
    /// <param name="command">PRIVMSG, NOTICE, TOPIC …</param>
    /// <param name="text">The text.</param>
    /// <param name="now">When it was received.</param>
    internal bool IsNew(string connection, string author, string command, string text, DateTimeOffset now)
    {
        Joined(connection);
        Sweep(now);
        var count = Touch(new Line(author, command, text), now);
        var heard = count.Heard.GetValueOrDefault(connection) + 1;
        count.Heard[connection] = heard;
        if (heard <= count.Accepted)
            return false;
        count.Accepted = heard;
        return true;
    }

    /// <summary>Counts a line as accepted that was posted otherwise: a MAS user's message, when it was sent.</summary>
    internal void Accepted(string author, string command, string text, DateTimeOffset now) =>
        Touch(new Line(author, command, text), now).Accepted++;

    /// <summary>The connections that are in the channel.</summary>
    internal IReadOnlyCollection<string> Connections => _connections;

    /// <summary>How often a connection has heard a line.</summary>
    internal int HeardBy(string connection, string author, string command, string text) =>
        _counts.TryGetValue(new Line(author, command, text), out var count) ? count.Heard.GetValueOrDefault(connection) : 0;

    /// <summary>How often a line was accepted.</summary>
    internal int AcceptedOf(string author, string command, string text) =>
        _counts.TryGetValue(new Line(author, command, text), out var count) ? count.Accepted : 0;

    /// <summary>Sets how often a line was accepted, and that a connection (if not null) has heard all of them.</summary>
    internal void SetAccepted(string author, string command, string text, int accepted, string? heardBy, DateTimeOffset now)
    {
        var count = Touch(new Line(author, command, text), now);
        count.Accepted = accepted;
        if (heardBy is not null)
            count.Heard[heardBy] = accepted;
    }

    /// <summary>The lines whose counts have changed since this was last asked, for whoever keeps them elsewhere; null counts are forgotten ones.</summary>
    internal IReadOnlyList<(string Author, string Command, string Text, LineCounts? Counts)> TakeChanged()
    {
        var changed = _changed.Select(line => (line.Author, line.Command, line.Text, _counts.TryGetValue(line, out var count)
            ? new LineCounts(count.Accepted, new Dictionary<string, int>(count.Heard), count.LastHeard)
            : null)).ToList();
        _changed.Clear();
        return changed;
    }

    /// <summary>Puts counts back that <see cref="TakeChanged"/> gave.</summary>
    internal void Restore(string author, string command, string text, LineCounts counts)
    {
        var count = new Count { Accepted = counts.Accepted, LastHeard = counts.LastHeard };
        foreach (var (connection, heard) in counts.Heard)
            count.Heard[connection] = heard;
        _counts[new Line(author, command, text)] = count;
    }

    /// <summary>Puts a connection back that was in the channel.</summary>
    internal void RestoreConnection(string connection) => _connections.Add(connection);

    private Count Touch(Line line, DateTimeOffset now)
    {
        if (!_counts.TryGetValue(line, out var count))
            _counts[line] = count = new Count();
        count.LastHeard = now;
        _changed.Add(line);
        return count;
    }

    private void Sweep(DateTimeOffset now)
    {
        if (now - _swept < forgetAfter / 4)
            return;
        _swept = now;
        foreach (var line in _counts.Where(entry => now - entry.Value.LastHeard > forgetAfter).Select(entry => entry.Key).ToList())
        {
            _counts.Remove(line);
            _changed.Add(line);
        }
    }

    private sealed record Line(string Author, string Command, string Text);

    private sealed class Count
    {
        internal int Accepted { get; set; }

        internal Dictionary<string, int> Heard { get; } = [];

        internal DateTimeOffset LastHeard { get; set; }
    }
}

/// <summary>The counts of one line.</summary>
/// <param name="Accepted">How often it was accepted.</param>
/// <param name="Heard">How often each connection has heard it.</param>
/// <param name="LastHeard">When it was last heard.</param>
internal sealed record LineCounts(int Accepted, IReadOnlyDictionary<string, int> Heard, DateTimeOffset LastHeard);

namespace Mas.IrcBackend.Protocol;

/// <summary>A split of the network as it is shown: one line for all who left.</summary>
/// <param name="Servers">The two servers, as the QUITs name them.</param>
/// <param name="Nicks">Who left, in the order of their QUITs.</param>
public sealed record Netsplit(string Servers, IReadOnlyList<string> Nicks);

/// <summary>
/// Gathers the QUITs of a netsplit, whose reason is the names of the two servers that lost each other. A split is
/// complete when no more of them have come for a while.
/// </summary>
/// <param name="quiet">How long to wait for more.</param>
/// <param name="mapping">How the network compares nicks.</param>
public sealed class NetsplitGatherer(TimeSpan quiet, CaseMapping mapping)
{
    private readonly Dictionary<string, (List<string> Nicks, DateTimeOffset Last)> _splits = [];
    private readonly HashSet<string> _away = new(mapping);

    /// <summary>When the next split may be complete, or null when none is being gathered.</summary>
    public DateTimeOffset? NextDue => _splits.Count == 0 ? null : _splits.Values.Min(split => split.Last) + quiet;

    /// <summary>Whether a QUIT's reason is <c>hub.a leaf.b</c>: two different server names and nothing else.</summary>
    public static bool IsSplit(string reason)
    {
        var space = reason.IndexOf(' ', StringComparison.Ordinal);
        return space > 0
            && IsServerName(reason.AsSpan(0, space))
            && IsServerName(reason.AsSpan(space + 1))
            && !reason.AsSpan(0, space).Equals(reason.AsSpan(space + 1), StringComparison.OrdinalIgnoreCase);
    }

    /// <summary>Takes a QUIT; false when it is none of a split and has to be shown as it is.</summary>
    public bool Quit(string nick, string reason, DateTimeOffset now)
    {
        if (!IsSplit(reason))
        {
            return false;
        }

        var nicks = _splits.TryGetValue(reason, out var split) ? split.Nicks : [];
        nicks.Add(nick);
        _splits[reason] = (nicks, now);
        _away.Add(nick);
        return true;
    }

    /// <summary>Takes a JOIN; true when it is the return of somebody whom a split took away.</summary>
    public bool Rejoined(string nick) => _away.Remove(nick);

    /// <summary>The splits that are complete; each is given once.</summary>
    public IReadOnlyList<Netsplit> TakeDue(DateTimeOffset now)
    {
        var due = _splits.Where(split => now - split.Value.Last >= quiet).ToList();
        foreach (var split in due)
        {
            _splits.Remove(split.Key);
        }

        return due.ConvertAll(split => new Netsplit(split.Key, split.Value.Nicks));
    }

    private static bool IsServerName(ReadOnlySpan<char> name)
    {
        var dot = name.IndexOf('.');
        if (dot <= 0 || name[^1] == '.')
        {
            return false;
        }

        foreach (var character in name)
        {
            // "*.net *.split" is what networks say that hide their servers.
            if (!char.IsAsciiLetterOrDigit(character) && character is not ('.' or '-' or '*' or '_'))
            {
                return false;
            }
        }

        return true;
    }
}

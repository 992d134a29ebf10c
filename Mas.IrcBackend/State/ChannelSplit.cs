namespace Mas.IrcBackend.State;

/// <summary>A netsplit as one channel sees it: who is gone, who is still to come back, and the line that tells of it.</summary>
internal sealed class ChannelSplit
{
    private readonly List<string> _nicks = [];
    private readonly HashSet<string> _away = new(StringComparer.Ordinal);

    /// <summary>When the last of them went.</summary>
    internal DateTimeOffset Last { get; set; }

    /// <summary>The line, once there is one.</summary>
    internal long? Gid { get; set; }

    /// <summary>Who is gone, in the order of their QUITs.</summary>
    internal IReadOnlyCollection<string> Nicks => _nicks;

    /// <summary>Whether all have come back.</summary>
    internal bool IsHealed => _away.Count == 0;

    /// <summary>One more is gone.</summary>
    internal void Add(string nick, string folded)
    {
        if (_away.Add(folded))
            _nicks.Add(nick);
    }

    /// <summary>Somebody joins; whether they were gone with the split.</summary>
    internal bool Returns(string folded) => _away.Remove(folded);
}

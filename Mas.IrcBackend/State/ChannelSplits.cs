using StackExchange.Redis;

namespace Mas.IrcBackend.State;

/// <summary>
/// The netsplits of a channel, one for each pair of servers. Who is gone with one is kept (<see cref="ChannelLedgers.KeepSplitsAsync"/>)
/// before anything of it is told or done: a parser that dies in between leaves it to the next one, which finds the same line by its
/// <c>rid</c>, and knows who may have been removed without anybody having been told.
/// </summary>
internal sealed class ChannelSplits
{
    private static readonly TimeSpan Lasts = TimeSpan.FromMinutes(5);
    private static readonly TimeSpan ReturnsWithin = TimeSpan.FromMinutes(10);

    private readonly Dictionary<string, ChannelSplit> _splits = new(StringComparer.Ordinal);
    private readonly List<RedisValue> _removed = [];

    /// <summary>The split between two servers that is under way, or has healed a moment ago; null when there is none.</summary>
    internal ChannelSplit? Find(string servers, DateTimeOffset now) =>
        _splits.TryGetValue(servers, out var split) && now - split.Last <= Lasts ? split : null;

    /// <summary>Two servers split; whatever split there was between them is over.</summary>
    /// <param name="servers">The two servers.</param>
    /// <param name="rid">The <c>rid</c> that the line gets.</param>
    /// <param name="now">When it is.</param>
    internal ChannelSplit Begin(string servers, string rid, DateTimeOffset now)
    {
        foreach (var old in _splits.Values.Where(split => split.Servers == servers || now - split.Last > ReturnsWithin).ToList())
        {
            _splits.Remove(old.Servers);
            _removed.AddRange(old.Fields);
        }
        return _splits[servers] = new ChannelSplit(servers, rid);
    }

    /// <summary>Whether somebody who joins comes back from a split.</summary>
    internal bool Returns(string folded, DateTimeOffset now)
    {
        foreach (var split in _splits.Values)
        {
            if (split.Returns(folded))
                return now - split.Last < ReturnsWithin;
        }
        return false;
    }

    /// <summary>Puts back what <see cref="TakeChanges"/> has given.</summary>
    /// <param name="fields">The fields of the ledger; those of anything else are left out.</param>
    internal static ChannelSplits Read(IEnumerable<(string Name, string Value)> fields)
    {
        var splits = new ChannelSplits();
        var own = fields.Select(field => (Field: SplitField.Parse(field.Name), field.Value)).Where(entry => entry.Field is not null);
        foreach (var byLine in own.GroupBy(entry => (entry.Field!.Servers, entry.Field.Rid), entry => (entry.Field!.Nick, entry.Value)))
        {
            var split = new ChannelSplit(byLine.Key.Servers, byLine.Key.Rid);
            foreach (var (nick, value) in byLine)
                split.Restore(nick, value);
            // A parser died while the one took the place of the other.
            if (splits._splits.TryGetValue(split.Servers, out var other))
                splits._removed.AddRange((other.Last < split.Last ? other : split).Fields);
            if (other is null || other.Last < split.Last)
                splits._splits[split.Servers] = split;
        }
        return splits;
    }

    /// <summary>What has changed since the last time: fields to set, and fields to remove.</summary>
    internal (List<HashEntry> Set, List<RedisValue> Removed) TakeChanges()
    {
        var changes = (_splits.Values.SelectMany(split => split.TakeChanges()).ToList(), _removed.ToList());
        _removed.Clear();
        return changes;
    }
}

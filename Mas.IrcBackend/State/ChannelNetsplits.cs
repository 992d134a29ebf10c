using StackExchange.Redis;

namespace Mas.IrcBackend.State;

/// <summary>
/// The netsplits of a channel, one for each pair of servers. Who is gone is saved (<see cref="ChannelDeduplicators.SaveNetsplitsAsync"/>)
/// before anybody is removed or told: a parser that takes over finds the same message by its <c>rid</c>, and knows who may have
/// been removed without sessions having been told.
/// </summary>
internal sealed class ChannelNetsplits
{
    private static readonly TimeSpan Lifetime = TimeSpan.FromMinutes(5);
    private static readonly TimeSpan ReturnsWithin = TimeSpan.FromMinutes(10);

    private readonly Dictionary<string, ChannelNetsplit> _splits = new(StringComparer.Ordinal);
    private readonly List<RedisValue> _removed = [];

    /// <summary>The split between two servers that is in progress or has just healed, or null.</summary>
    internal ChannelNetsplit? Find(string servers, DateTimeOffset now) =>
        _splits.TryGetValue(servers, out var split) && now - split.Last <= Lifetime ? split : null;

    /// <summary>Begins a split between two servers; an earlier one between them is over.</summary>
    /// <param name="servers">The two servers, as the QUITs name them.</param>
    /// <param name="rid">The <c>rid</c> of its message.</param>
    /// <param name="now">The time.</param>
    internal ChannelNetsplit Begin(string servers, string rid, DateTimeOffset now)
    {
        foreach (var old in _splits.Values.Where(split => split.Servers == servers || now - split.Last > ReturnsWithin).ToList())
        {
            _splits.Remove(old.Servers);
            _removed.AddRange(old.Fields);
        }
        return _splits[servers] = new ChannelNetsplit(servers, rid);
    }

    /// <summary>Whether a JOIN is a return from a split.</summary>
    internal bool Returns(string folded, DateTimeOffset now)
    {
        foreach (var split in _splits.Values)
        {
            if (split.Returns(folded))
                return now - split.Last < ReturnsWithin;
        }
        return false;
    }

    /// <summary>Restores what <see cref="TakeChanges"/> returned; other fields are ignored.</summary>
    internal static ChannelNetsplits Read(IEnumerable<(string Name, string Value)> fields)
    {
        var splits = new ChannelNetsplits();
        var own = fields.Select(field => (Field: NetsplitField.Parse(field.Name), field.Value)).Where(entry => entry.Field is not null);
        foreach (var byLine in own.GroupBy(entry => (entry.Field!.Servers, entry.Field.Rid), entry => (entry.Field!.Nick, entry.Value)))
        {
            var split = new ChannelNetsplit(byLine.Key.Servers, byLine.Key.Rid);
            foreach (var (nick, value) in byLine)
                split.Restore(nick, value);
            // A parser died while one split replaced the other.
            if (splits._splits.TryGetValue(split.Servers, out var other))
                splits._removed.AddRange((other.Last < split.Last ? other : split).Fields);
            if (other is null || other.Last < split.Last)
                splits._splits[split.Servers] = split;
        }
        return splits;
    }

    /// <summary>What has changed since the last call: fields to set, and fields to remove.</summary>
    internal (List<HashEntry> Set, List<RedisValue> Removed) TakeChanges()
    {
        var changes = (_splits.Values.SelectMany(split => split.TakeChanges()).ToList(), _removed.ToList());
        _removed.Clear();
        return changes;
    }
}

using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using StackExchange.Redis;

namespace Mas.IrcBackend.State;

/// <summary>A netsplit as one channel sees it: who is gone, who is still to come back, and the line that tells of it.</summary>
/// <param name="servers">The two servers, as the QUITs name them.</param>
/// <param name="rid">The <c>rid</c> of the line, which may be yet to post.</param>
internal sealed class ChannelSplit(string servers, string rid)
{
    private readonly Dictionary<string, Leaver> _leavers = new(StringComparer.Ordinal);
    private readonly HashSet<string> _changed = new(StringComparer.Ordinal);

    /// <summary>The two servers.</summary>
    internal string Servers => servers;

    /// <summary>The <c>rid</c> of the line.</summary>
    internal string Rid => rid;

    /// <summary>When the last of them went.</summary>
    internal DateTimeOffset Last { get; private set; }

    /// <summary>Who is gone, or was, in the order of their QUITs.</summary>
    internal IReadOnlyCollection<string> Nicks => [.. _leavers.Values.OrderBy(leaver => leaver.Place).Select(leaver => leaver.Nick)];

    /// <summary>Whether all have come back.</summary>
    internal bool IsHealed => _leavers.Values.All(leaver => !leaver.IsAway);

    /// <summary>The fields of the ledger that it consists of.</summary>
    internal IEnumerable<RedisValue> Fields => _leavers.Keys.Select(folded => (RedisValue)new SplitField(servers, rid, folded).ToString());

    /// <summary>Whether somebody went with it.</summary>
    internal bool Has(string folded) => _leavers.ContainsKey(folded);

    /// <summary>Somebody is gone; who is so already stays where they are named.</summary>
    internal void Add(string nick, string folded, DateTimeOffset at)
    {
        Put(folded, new Leaver(_leavers.TryGetValue(folded, out var before) ? before.Place : _leavers.Count, true, at, nick));
        _changed.Add(folded);
    }

    /// <summary>Somebody joins; whether they were gone with the split.</summary>
    internal bool Returns(string folded)
    {
        if (!_leavers.TryGetValue(folded, out var leaver) || !leaver.IsAway)
            return false;
        _leavers[folded] = leaver with { IsAway = false };
        _changed.Add(folded);
        return true;
    }

    /// <summary>Puts somebody back whom <see cref="TakeChanges"/> gave.</summary>
    internal void Restore(string folded, string value)
    {
        if (Leaver.TryParse(value, out var leaver))
            Put(folded, leaver);
    }

    /// <summary>What has changed since the last time, as fields of the ledger.</summary>
    internal List<HashEntry> TakeChanges()
    {
        var changes = _changed.Select(folded => new HashEntry(new SplitField(servers, rid, folded).ToString(), _leavers[folded].ToString())).ToList();
        _changed.Clear();
        return changes;
    }

    private void Put(string folded, Leaver leaver)
    {
        _leavers[folded] = leaver;
        Last = leaver.At > Last ? leaver.At : Last;
    }

    /// <summary>Somebody who went.</summary>
    /// <param name="Place">How many went before.</param>
    /// <param name="IsAway">Whether they have yet to come back.</param>
    /// <param name="At">When they went.</param>
    /// <param name="Nick">The nick.</param>
    private sealed record Leaver(int Place, bool IsAway, DateTimeOffset At, string Nick)
    {
        public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Place};{(IsAway ? "away" : "back")};{At.ToUnixTimeMilliseconds()};{Nick}");

        internal static bool TryParse(string text, [NotNullWhen(true)] out Leaver? leaver)
        {
            leaver = text.Split(';', 4) is [var place, var state, var at, var nick]
                && int.TryParse(place, NumberStyles.None, CultureInfo.InvariantCulture, out var number)
                && long.TryParse(at, NumberStyles.None, CultureInfo.InvariantCulture, out var milliseconds)
                    ? new Leaver(number, state == "away", DateTimeOffset.FromUnixTimeMilliseconds(milliseconds), nick)
                    : null;
            return leaver is not null;
        }
    }
}

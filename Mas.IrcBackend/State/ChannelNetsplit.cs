using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using StackExchange.Redis;

namespace Mas.IrcBackend.State;

/// <summary>A netsplit in one channel: who is gone, who has come back, and the message that tells of it.</summary>
/// <param name="servers">The two servers, as the QUITs name them.</param>
/// <param name="rid">The <c>rid</c> of the message, which may not be posted yet.</param>
internal sealed class ChannelNetsplit(string servers, string rid)
{
    private readonly Dictionary<string, SplitMember> _members = new(StringComparer.Ordinal);
    private readonly HashSet<string> _changed = new(StringComparer.Ordinal);

    internal string Servers => servers;

    internal string Rid => rid;

    /// <summary>When the last member quit.</summary>
    internal DateTimeOffset Last { get; private set; }

    /// <summary>The nicks of all who quit, in the order of their QUITs.</summary>
    internal IReadOnlyCollection<string> Nicks => [.. _members.Values.OrderBy(member => member.Place).Select(member => member.Nick)];

    /// <summary>Whether all have come back.</summary>
    internal bool IsHealed => _members.Values.All(member => !member.IsAway);

    /// <summary>The names of its fields in <c>irclines:</c>.</summary>
    internal IEnumerable<RedisValue> Fields => _members.Keys.Select(folded => (RedisValue)new NetsplitField(servers, rid, folded).ToString());

    /// <summary>Whether somebody, by folded nick, quit with it.</summary>
    internal bool Has(string folded) => _members.ContainsKey(folded);

    /// <summary>Adds who quit; who is among them already keeps the place.</summary>
    internal void Add(string nick, string folded, DateTimeOffset at)
    {
        Put(folded, new SplitMember(_members.TryGetValue(folded, out var before) ? before.Place : _members.Count, true, at, nick));
        _changed.Add(folded);
    }

    /// <summary>Takes a JOIN; true for who was gone with the split.</summary>
    internal bool Returns(string folded)
    {
        if (!_members.TryGetValue(folded, out var member) || !member.IsAway)
            return false;
        _members[folded] = member with { IsAway = false };
        _changed.Add(folded);
        return true;
    }

    /// <summary>Restores a field that <see cref="TakeChanges"/> returned.</summary>
    internal void Restore(string folded, string value)
    {
        if (SplitMember.TryParse(value, out var member))
            Put(folded, member);
    }

    /// <summary>What has changed since the last call, as fields of <c>irclines:</c>.</summary>
    internal List<HashEntry> TakeChanges()
    {
        var changes = _changed.Select(folded => new HashEntry(new NetsplitField(servers, rid, folded).ToString(), _members[folded].ToString())).ToList();
        _changed.Clear();
        return changes;
    }

    private void Put(string folded, SplitMember member)
    {
        _members[folded] = member;
        Last = member.At > Last ? member.At : Last;
    }

    /// <param name="Place">How many quit before.</param>
    /// <param name="IsAway">Whether the member is still gone.</param>
    /// <param name="At">When the member quit.</param>
    /// <param name="Nick">The nick.</param>
    private sealed record SplitMember(int Place, bool IsAway, DateTimeOffset At, string Nick)
    {
        public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Place};{(IsAway ? "away" : "back")};{At.ToUnixTimeMilliseconds()};{Nick}");

        internal static bool TryParse(string text, [NotNullWhen(true)] out SplitMember? member)
        {
            member = text.Split(';', 4) is [var place, var state, var at, var nick]
                && int.TryParse(place, NumberStyles.None, CultureInfo.InvariantCulture, out var number)
                && long.TryParse(at, NumberStyles.None, CultureInfo.InvariantCulture, out var milliseconds)
                    ? new SplitMember(number, state == "away", DateTimeOffset.FromUnixTimeMilliseconds(milliseconds), nick)
                    : null;
            return member is not null;
        }
    }
}

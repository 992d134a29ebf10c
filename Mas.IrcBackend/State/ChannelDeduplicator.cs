using System.Globalization;
using Mas.IrcBackend.Bridge;
using Mas.IrcBackend.Protocol;
using StackExchange.Redis;

namespace Mas.IrcBackend.State;

/// <summary>
/// Decides which lines of a channel are new when several MAS users' connections are in it and each hears every line. Messages
/// follow the counting rule of <see cref="SharedLineCounter"/>. Joins and leaves follow a rule made from it: a member's stays in
/// the channel are numbered by the JOINs heard, and each stay ends once, whichever connection tells it first. While one
/// connection is in the channel alone, everything is new and nothing is counted.
/// </summary>
internal sealed class ChannelDeduplicator
{
    private const string Joined = "JOIN";
    private const string Left = "LEFT";
    private const char Separator = '\0';

    private static readonly TimeSpan ForgetAfter = TimeSpan.FromMinutes(10);

    private readonly SharedLineCounter _counter = new(ForgetAfter);
    private readonly Dictionary<string, (long Generation, long Seq)> _places = new(StringComparer.Ordinal);
    private readonly HashSet<string> _moved = new(StringComparer.Ordinal);
    private readonly HashSet<LineId> _taken = [];
    private DateTimeOffset _now;
    private DateTimeOffset _countsUntil;

    internal ChannelNetsplits Netsplits { get; private init; } = new();

    /// <summary>
    /// Whether lines are counted: several connections are in the channel, or were until a moment ago, so that the one that is left
    /// may lag behind the other.
    /// </summary>
    internal bool IsShared => _places.Count > 1 || _now < _countsUntil;

    /// <summary>A user's connection has joined; it won't hear earlier lines.</summary>
    internal void Enter(UserId user, long generation)
    {
        _counter.Left(user.Value);
        _counter.Joined(user.Value);
        _places[user.Value] = (generation, 0);
        // From now on, every connection's progress is saved.
        _moved.UnionWith(_places.Keys);
    }

    /// <summary>A user's connection has left, or is gone.</summary>
    internal void Leave(UserId user, DateTimeOffset now)
    {
        _counter.Left(user.Value);
        if (_places.Count > 1)
            (_now, _countsUntil) = (now, now + ForgetAfter);
        if (_places.Remove(user.Value))
            _moved.Add(user.Value);
    }

    /// <summary>Whether a redelivered entry was counted before.</summary>
    internal bool HasCounted(UserId user, long generation, long seq) =>
        _places.TryGetValue(user.Value, out var place) && place.Generation == generation && seq <= place.Seq;

    /// <summary>Records how far a connection's entries are counted.</summary>
    internal void Move(UserId user, long generation, long seq)
    {
        if (seq == 0 || !_places.ContainsKey(user.Value))
            return;
        _places[user.Value] = (generation, seq);
        if (IsShared)
            _moved.Add(user.Value);
    }

    /// <summary>
    /// Whether a line was posted and not counted because a parser died in between. When another connection hears it next, that
    /// message has to be found instead of posted again; each such line is given once.
    /// </summary>
    internal bool TakeUncounted(LineId line) =>
        _places.TryGetValue(line.User, out var place) && place.Generation == line.Generation && line.Seq > place.Seq && _taken.Add(line);

    /// <summary>Whether a message, or another change such as a topic, is new.</summary>
    internal bool IsNew(UserId listener, string author, string command, string text, DateTimeOffset now)
    {
        _now = now;
        return !IsShared || !_places.ContainsKey(listener.Value) || _counter.IsNew(listener.Value, author, command, text, now);
    }

    /// <summary>Whether a message with this <c>msgid</c> is new.</summary>
    internal bool IsNewId(string msgid, DateTimeOffset now)
    {
        _now = now;
        if (!IsShared)
            return true;
        if (_counter.AcceptedOf("", "", msgid) > 0)
            return false;
        _counter.SetAccepted("", "", msgid, 1, null, now);
        return true;
    }

    /// <summary>Counts what a MAS user says as accepted: it is posted when it is sent.</summary>
    internal void Said(string author, string command, string text, DateTimeOffset now)
    {
        _now = now;
        if (IsShared)
            _counter.Accepted(author, command, text, now);
    }

    /// <summary>Whether a member's JOIN is new.</summary>
    internal bool IsNewJoin(UserId listener, string nick, DateTimeOffset now) => IsNew(listener, nick, Joined, "", now);

    /// <summary>Counts a MAS user's own JOIN, which the connection that hears it first posts.</summary>
    internal void OwnJoin(UserId listener, string nick, bool isNew, DateTimeOffset now)
    {
        _now = now;
        if (IsShared)
            _counter.SetAccepted(nick, Joined, "", _counter.AcceptedOf(nick, Joined, "") + (isNew ? 1 : 0), listener.Value, now);
    }

    /// <summary>Whether the end of a member's stay is new (PART, QUIT, KICK, or a NICK to another nick).</summary>
    internal bool IsNewLeave(UserId listener, string nick, DateTimeOffset now)
    {
        _now = now;
        if (!IsShared || !_places.ContainsKey(listener.Value))
            return true;
        var stay = _counter.HeardBy(listener.Value, nick, Joined, "");
        if (_counter.AcceptedOf(nick, Left, "") > stay)
            return false;
        _counter.SetAccepted(nick, Left, "", stay + 1, null, now);
        // Touches the JOIN's count, so that both expire together.
        _counter.SetAccepted(nick, Joined, "", _counter.AcceptedOf(nick, Joined, ""), null, now);
        return true;
    }

    /// <summary>Whether another connection has already told that a nick in this one's NAMES reply has left since.</summary>
    internal bool HasLeftSince(UserId listener, string nick) =>
        IsShared && _counter.AcceptedOf(nick, Left, "") > _counter.HeardBy(listener.Value, nick, Joined, "");

    /// <summary>Whether another connection has already told that a nick missing from this one's NAMES reply has joined since.</summary>
    internal bool HasJoinedSince(UserId listener, string nick) =>
        IsShared && _counter.AcceptedOf(nick, Joined, "") > _counter.HeardBy(listener.Value, nick, Joined, "");

    /// <summary>Restores what <see cref="TakeChanges"/> returned.</summary>
    internal static ChannelDeduplicator Read(IEnumerable<HashEntry> entries)
    {
        var fields = entries.Select(entry => (Name: (string)entry.Name!, Value: (string?)entry.Value ?? "")).ToList();
        var dedup = new ChannelDeduplicator { Netsplits = ChannelNetsplits.Read(fields) };
        foreach (var (name, text) in fields)
        {
            var value = text.Split(';');
            if (name.StartsWith("c:", StringComparison.Ordinal) && value.Length == 2)
            {
                dedup._places[name[2..]] = (Number(value[0]), Number(value[1]));
                dedup._counter.RestoreConnection(name[2..]);
            }
            else if (name.StartsWith("l:", StringComparison.Ordinal) && name[2..].Split(Separator, 3) is [var author, var command, var said] && value.Length == 3)
            {
                var heard = DateTimeOffset.FromUnixTimeMilliseconds(Number(value[1]));
                dedup._counter.Restore(author, command, said, new LineCounts((int)Number(value[0]), ReadHeard(value[2]), heard));
                if (heard + ForgetAfter > dedup._countsUntil)
                    dedup._countsUntil = heard + ForgetAfter;
            }
        }
        return dedup;
    }

    /// <summary>What has changed since the last time: fields to set, and fields to remove.</summary>
    internal (List<HashEntry> Set, List<RedisValue> Removed) TakeChanges()
    {
        var (set, removed) = Netsplits.TakeChanges();
        foreach (var user in _moved)
        {
            if (_places.TryGetValue(user, out var place))
                set.Add(new HashEntry($"c:{user}", string.Create(CultureInfo.InvariantCulture, $"{place.Generation};{place.Seq}")));
            else
                removed.Add($"c:{user}");
        }
        _moved.Clear();
        foreach (var (author, command, text, counts) in _counter.TakeChanged())
        {
            var field = $"l:{author}{Separator}{command}{Separator}{text}";
            if (counts is null)
                removed.Add(field);
            else
                set.Add(new HashEntry(field, $"{counts.Accepted};{counts.LastHeard.ToUnixTimeMilliseconds()};{string.Join(',', counts.Heard.Select(heard => $"{heard.Key}={heard.Value}"))}"));
        }
        return (set, removed);
    }

    private static long Number(string text) => long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : 0;

    private static Dictionary<string, int> ReadHeard(string text)
    {
        var heard = new Dictionary<string, int>(StringComparer.Ordinal);
        foreach (var pair in text.Split(',', StringSplitOptions.RemoveEmptyEntries))
        {
            var equals = pair.IndexOf('=');
            if (equals > 0)
                heard[pair[..equals]] = (int)Number(pair[(equals + 1)..]);
        }
        return heard;
    }
}

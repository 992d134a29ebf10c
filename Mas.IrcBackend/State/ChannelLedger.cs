using System.Globalization;
using Mas.Core.Model;
using Mas.IrcBackend.Bridge;
using Mas.IrcBackend.Protocol;
using StackExchange.Redis;

namespace Mas.IrcBackend.State;

/// <summary>
/// Says of each line of a channel whether it is new, when several of our connections hear the channel. What is said
/// follows the counting rule of <see cref="SharedLineCounter"/>. Who is there follows one made from it: a member's
/// presence is numbered by how many of the member's JOINs were heard, and each presence ends once, whichever
/// connection tells it first, however far another lags behind. While one connection hears the channel alone,
/// everything is new and nothing is counted.
/// </summary>
internal sealed class ChannelLedger
{
    private const string Joined = "JOIN";
    private const string Left = "LEFT";
    private const char Separator = '\0';

    private static readonly TimeSpan ForgetAfter = TimeSpan.FromMinutes(10);

    private readonly SharedLineCounter _counter = new(ForgetAfter);
    private readonly Dictionary<string, (long Generation, long Seq)> _places = new(StringComparer.Ordinal);
    private readonly HashSet<string> _moved = new(StringComparer.Ordinal);
    private readonly HashSet<LineRid> _taken = [];
    private DateTimeOffset _now;
    private DateTimeOffset _countsUntil;

    /// <summary>The netsplits.</summary>
    internal ChannelSplits Splits { get; private init; } = new();

    /// <summary>
    /// Whether lines are counted: more than one of our connections hears the channel, or did until a moment ago, so that
    /// the one that is left may lag behind the other.
    /// </summary>
    internal bool IsShared => _places.Count > 1 || _now < _countsUntil;

    /// <summary>A user's connection has joined; what was before, it won't hear.</summary>
    internal void Enter(UserId user, long generation)
    {
        _counter.Left(user.Value);
        _counter.Joined(user.Value);
        _places[user.Value] = (generation, 0);
        // From now on it is kept how far each of them is.
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

    /// <summary>Whether an entry that is delivered again was counted before.</summary>
    internal bool HasCounted(UserId user, long generation, long seq) =>
        _places.TryGetValue(user.Value, out var place) && place.Generation == generation && seq <= place.Seq;

    /// <summary>Notes how far a connection's entries are counted.</summary>
    internal void Move(UserId user, long generation, long seq)
    {
        if (seq == 0 || !_places.ContainsKey(user.Value))
            return;
        _places[user.Value] = (generation, seq);
        if (IsShared)
            _moved.Add(user.Value);
    }

    /// <summary>
    /// Whether a line was posted and not counted, since a parser died in between. Whoever hears it next over another connection
    /// has to find what was posted, not post it again; each such line is given once.
    /// </summary>
    /// <param name="line">The line, by the rid of what it posted.</param>
    internal bool TakeLeftOver(LineRid line) =>
        _places.TryGetValue(line.User, out var place) && place.Generation == line.Generation && line.Seq > place.Seq && _taken.Add(line);

    /// <summary>Whether something said (or set) is new.</summary>
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

    /// <summary>Notes what one of us says: it is posted when it is sent.</summary>
    internal void Said(string author, string command, string text, DateTimeOffset now)
    {
        _now = now;
        if (IsShared)
            _counter.Accepted(author, command, text, now);
    }

    /// <summary>Whether a member's JOIN is new.</summary>
    internal bool IsNewJoin(UserId listener, string nick, DateTimeOffset now) => IsNew(listener, nick, Joined, "", now);

    /// <summary>Notes our own JOIN, which is told by whichever connection hears it first.</summary>
    internal void OwnJoin(UserId listener, string nick, bool isNew, DateTimeOffset now)
    {
        _now = now;
        if (IsShared)
            _counter.SetAccepted(nick, Joined, "", _counter.AcceptedOf(nick, Joined, "") + (isNew ? 1 : 0), listener.Value, now);
    }

    /// <summary>Whether the end of a member's presence is new (PART, QUIT, KICK, or a NICK to another nick).</summary>
    internal bool IsNewLeave(UserId listener, string nick, DateTimeOffset now)
    {
        _now = now;
        if (!IsShared || !_places.ContainsKey(listener.Value))
            return true;
        var presence = _counter.HeardBy(listener.Value, nick, Joined, "");
        if (_counter.AcceptedOf(nick, Left, "") > presence)
            return false;
        _counter.SetAccepted(nick, Left, "", presence + 1, null, now);
        // Both are forgotten together or not at all.
        _counter.SetAccepted(nick, Joined, "", _counter.AcceptedOf(nick, Joined, ""), null, now);
        return true;
    }

    /// <summary>Whether another connection has told already that who is in this one's list of names has left since.</summary>
    internal bool HasLeftSince(UserId listener, string nick) =>
        IsShared && _counter.AcceptedOf(nick, Left, "") > _counter.HeardBy(listener.Value, nick, Joined, "");

    /// <summary>Whether another connection has told already that who is not in this one's list of names has joined since.</summary>
    internal bool HasJoinedSince(UserId listener, string nick) =>
        IsShared && _counter.AcceptedOf(nick, Joined, "") > _counter.HeardBy(listener.Value, nick, Joined, "");

    /// <summary>Reads what <see cref="TakeChanges"/> has written.</summary>
    internal static ChannelLedger Read(IEnumerable<HashEntry> entries)
    {
        var fields = entries.Select(entry => (Name: (string)entry.Name!, Value: (string?)entry.Value ?? "")).ToList();
        var ledger = new ChannelLedger { Splits = ChannelSplits.Read(fields) };
        foreach (var (name, text) in fields)
        {
            var value = text.Split(';');
            if (name.StartsWith("c:", StringComparison.Ordinal) && value.Length == 2)
            {
                ledger._places[name[2..]] = (Number(value[0]), Number(value[1]));
                ledger._counter.RestoreConnection(name[2..]);
            }
            else if (name.StartsWith("l:", StringComparison.Ordinal) && name[2..].Split(Separator, 3) is [var author, var command, var said] && value.Length == 3)
            {
                var heard = DateTimeOffset.FromUnixTimeMilliseconds(Number(value[1]));
                ledger._counter.Restore(author, command, said, new LineCounts((int)Number(value[0]), ReadHeard(value[2]), heard));
                if (heard + ForgetAfter > ledger._countsUntil)
                    ledger._countsUntil = heard + ForgetAfter;
            }
        }
        return ledger;
    }

    /// <summary>What has changed since the last time: fields to set, and fields to remove.</summary>
    internal (List<HashEntry> Set, List<RedisValue> Removed) TakeChanges()
    {
        var (set, removed) = Splits.TakeChanges();
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

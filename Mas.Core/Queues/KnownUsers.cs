
namespace Mas.Core.Queues;

/// <summary>
/// Caches which users have been introduced to which sessions, so that Redis (<c>sessionknownuserids</c>) is asked once for each pair.
/// A pair is a bit. The cache needs no invalidation, because a session's set only grows.
/// </summary>
internal sealed class KnownUsers
{
    private const int MaxSessions = 65_536;

    /// <summary>32 MB. A user has bits up to the newest session that knows the user.</summary>
    private const int MaxWords = 4 << 20;

    private readonly Dictionary<SessionRef, int> _sessions = [];
    private readonly Dictionary<UserId, ulong[]> _bits = [];
    private readonly Lock _lock = new();
    private int _words;

    internal long Bytes
    {
        get
        {
            lock (_lock)
                return _words * (long)sizeof(ulong);
        }
    }

    internal bool Contains(SessionRef session, UserId user)
    {
        lock (_lock)
        {
            return _sessions.TryGetValue(session, out var index)
                && _bits.TryGetValue(user, out var bits)
                && index / 64 < bits.Length
                && (bits[index / 64] & (1UL << (index % 64))) != 0;
        }
    }

    internal void Add(SessionRef session, UserId user)
    {
        lock (_lock)
        {
            // Clearing everything now and then costs a few reads of Redis.
            if (_sessions.Count >= MaxSessions || _words > MaxWords - MaxSessions / 64)
            {
                _sessions.Clear();
                _bits.Clear();
                _words = 0;
            }
            if (!_sessions.TryGetValue(session, out var index))
                _sessions[session] = index = _sessions.Count;
            var bits = _bits.GetValueOrDefault(user, []);
            if (index / 64 >= bits.Length)
            {
                var length = Math.Max(index / 64 + 1, bits.Length * 2);
                _words += length - bits.Length;
                Array.Resize(ref bits, length);
            }
            bits[index / 64] |= 1UL << (index % 64);
            _bits[user] = bits;
        }
    }
}

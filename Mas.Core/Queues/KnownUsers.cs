using Mas.Core.Model;

namespace Mas.Core.Queues;

/// <summary>
/// Remembers which sessions have been introduced to which users, so that Redis (<c>sessionknownuserids</c>) is asked only
/// once for each pair. A pair is a bit; what is remembered never becomes wrong, since a session's set only grows.
/// </summary>
internal sealed class KnownUsers
{
    private const int MaxSessions = 65_536;
    private readonly Dictionary<SessionRef, int> _sessions = [];
    private readonly Dictionary<UserId, ulong[]> _bits = [];
    private readonly Lock _lock = new();

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
            if (!_sessions.TryGetValue(session, out var index))
            {
                // Sessions come and go; forgetting them all now and then costs a few questions to Redis.
                if (_sessions.Count >= MaxSessions)
                {
                    _sessions.Clear();
                    _bits.Clear();
                }
                _sessions[session] = index = _sessions.Count;
            }
            if (!_bits.TryGetValue(user, out var bits))
                bits = new ulong[index / 64 + 1];
            if (index / 64 >= bits.Length)
                Array.Resize(ref bits, Math.Max(index / 64 + 1, bits.Length * 2));
            bits[index / 64] |= 1UL << (index % 64);
            _bits[user] = bits;
        }
    }
}

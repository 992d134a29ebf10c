using System.Collections.Concurrent;

namespace Mas.Core.Queues;

/// <summary>
/// Remembers retried messages. A delayed first attempt may arrive after its retry. It has no <c>retry</c>, and must not be posted or
/// sent to IRC again. Each lease has its own; for <see cref="HeldUpFor"/> every message counts as a retry, because earlier retries are
/// unknown.
/// </summary>
public sealed class RepeatedPosts(TimeProvider time)
{
    /// <summary>Longer than a command may be delayed on a server's connection to Redis.</summary>
    internal static readonly TimeSpan HeldUpFor = TimeSpan.FromSeconds(10);

    internal static readonly TimeSpan KeptFor = TimeSpan.FromMinutes(2);

    private const int MaxKept = 100_000;

    private readonly ConcurrentDictionary<(UserId Author, string Rid), long> _repeated = new();
    private long _since = time.GetTimestamp();

    /// <summary>Whether a message may have been posted already: it is a retry, or its retry may have arrived before.</summary>
    /// <param name="rid">The client's idempotency key; null or empty for a message that can't be retried.</param>
    /// <param name="retry">Whether the client marked it as a retry.</param>
    public bool MayBeThere(UserId author, string? rid, bool retry)
    {
        if (string.IsNullOrEmpty(rid))
            return false;
        if (!retry)
            return time.GetElapsedTime(Volatile.Read(ref _since)) < HeldUpFor || _repeated.ContainsKey((author, rid));
        if (_repeated.Count >= MaxKept)
            Forget();
        _repeated[(author, rid)] = time.GetTimestamp();
        return true;
    }

    private void Forget()
    {
        foreach (var (message, at) in _repeated)
        {
            if (time.GetElapsedTime(at) > KeptFor)
                _repeated.TryRemove(message, out _);
        }
        // A flood of retries: for HeldUpFor every message counts as a retry.
        if (_repeated.Count >= MaxKept)
        {
            _repeated.Clear();
            Volatile.Write(ref _since, time.GetTimestamp());
        }
    }
}

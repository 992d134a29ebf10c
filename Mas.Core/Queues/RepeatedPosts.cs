using System.Collections.Concurrent;

namespace Mas.Core.Queues;

/// <summary>
/// Remembers which messages clients have retried. A first attempt that was delayed may arrive after its retry. It does not say
/// <c>retry</c>, and must not be posted or sent to IRC either.
/// </summary>
/// <param name="time">The clock.</param>
public sealed class RepeatedPosts(TimeProvider time)
{
    /// <summary>Longer than a server's connection to Redis holds a command back before it breaks.</summary>
    internal static readonly TimeSpan HeldUpFor = TimeSpan.FromSeconds(10);

    internal static readonly TimeSpan KeptFor = TimeSpan.FromMinutes(2);

    private const int MaxKept = 100_000;

    private readonly ConcurrentDictionary<(UserId Author, string Rid), long> _repeated = new();
    private long _since = time.GetTimestamp();

    /// <summary>Begins anew with each lease: what clients repeated under an earlier one is not known here.</summary>
    public void Begin() => Volatile.Write(ref _since, time.GetTimestamp());

    /// <summary>Whether a message may have been posted: it is a retry, or its retry may have arrived before it.</summary>
    /// <param name="author">Who says it.</param>
    /// <param name="rid">The client's id of it; null or empty for a message that can't be repeated, since it has none.</param>
    /// <param name="retry">Whether the client says that it may have sent it before.</param>
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
        // More in two minutes is a flood: for a while every message counts as repeated.
        if (_repeated.Count >= MaxKept)
        {
            _repeated.Clear();
            Begin();
        }
    }
}

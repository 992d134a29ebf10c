using System.Collections.Concurrent;
using Mas.Core.Model;

namespace Mas.Core.Queues;

/// <summary>
/// Knows which messages clients have sent again. The first attempt of one may have been held up on its way, and then comes
/// behind the second: it does not say that it is a repetition, and must not be posted, or said on IRC, either.
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

    /// <summary>Whether a message may be in the history: it is a repetition, or may have been repeated before it arrived here.</summary>
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
        // More than that in two minutes is no client's trouble but somebody's flood: then all messages are looked for.
        if (_repeated.Count >= MaxKept)
        {
            _repeated.Clear();
            Begin();
        }
    }
}

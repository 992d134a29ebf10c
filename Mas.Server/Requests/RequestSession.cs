using System.Collections.Concurrent;
using Mas.Core.Model;

namespace Mas.Server.Requests;

/// <summary>A session as its requests see it: who asks, what is under way, and where answers go.</summary>
/// <param name="session">Its id.</param>
/// <param name="loginDigest">The digest of the login that it began with.</param>
/// <param name="targets">The windows that are known already.</param>
/// <param name="limiter">How many requests it may send; disposed with the session.</param>
/// <param name="inFlight">What it has asked of backends.</param>
/// <param name="sendAsync">Sends an entry to the client; does nothing when the session is over.</param>
internal sealed class RequestSession(
    SessionRef session, string loginDigest, IEnumerable<KeyValuePair<int, WindowTarget>> targets,
    RequestLimiter limiter, InFlightRequests inFlight, Func<byte[], Task> sendAsync) : IDisposable
{
    private const int MaxTargets = 10_000;

    private readonly ConcurrentDictionary<int, WindowTarget> _targets = new(targets);

    internal SessionRef Ref { get; } = session;

    internal UserId User => Ref.UserId;

    internal string LoginDigest { get; } = loginDigest;

    internal RequestLimiter Limiter { get; } = limiter;

    internal InFlightRequests InFlight { get; } = inFlight;

    /// <summary>When TYPING was last passed on, by window.</summary>
    internal ConcurrentDictionary<int, long> TypingSentAt { get; } = new();

    internal Task SendAsync(byte[] entry) => sendAsync(entry);

    /// <summary>Where a window's requests go, if that is known. It does not change while the window is there.</summary>
    internal WindowTarget? FindTarget(int windowId) => _targets.GetValueOrDefault(windowId);

    internal void RememberTarget(int windowId, WindowTarget target)
    {
        if (_targets.Count < MaxTargets)
            _targets[windowId] = target;
    }

    public void Dispose() => Limiter.Dispose();
}

/// <summary>Where a window's requests go.</summary>
/// <param name="ConversationId">The conversation that it shows.</param>
/// <param name="Network">The conversation's network: whose backend is asked.</param>
internal sealed record WindowTarget(ConversationId ConversationId, string Network)
{
    internal bool IsMas => Network == Networks.Mas;
}

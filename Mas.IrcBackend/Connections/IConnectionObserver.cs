using Mas.IrcBackend.Protocol.Session;

namespace Mas.IrcBackend.Connections;

/// <summary>How a link goes on when a connection, or an attempt to make one, is over.</summary>
internal enum NextStep
{
    /// <summary>Not at all, unless somebody asks for it.</summary>
    None,

    /// <summary>The same server at once, over TLS.</summary>
    Upgrade,

    /// <summary>The network's next server at once.</summary>
    NextServer,

    /// <summary>Again after a pause; every server has had its turn.</summary>
    AfterPause,
}

/// <summary>The next attempt of a link.</summary>
/// <param name="Step">What it is.</param>
/// <param name="Pause">How long it waits.</param>
internal readonly record struct NextAttempt(NextStep Step, TimeSpan Pause = default);

/// <summary>
/// Who follows a user's connection to a network: the process that passes its lines on, or the operator's check. All calls
/// of one link come one after another, and the link waits for each.
/// </summary>
internal interface IConnectionObserver
{
    /// <summary>An attempt begins. What came under an older generation is history.</summary>
    ValueTask ConnectingAsync(ServerAddress server, long generation, CancellationToken stop);

    /// <summary>A line came. <paramref name="isForwarded"/> is false when it only concerned the connection itself.</summary>
    ValueTask ReceivedAsync(string line, bool isForwarded, CancellationToken stop);

    /// <summary>A line was sent.</summary>
    ValueTask SentAsync(string line, CancellationToken stop);

    /// <summary>Something happened to the connection.</summary>
    ValueTask HappenedAsync(SessionEvent what, CancellationToken stop);

    /// <summary>
    /// The connection, or the attempt, is over. <paramref name="next"/> says how it goes on.
    /// </summary>
    ValueTask EndedAsync(ConnectionOutcome outcome, NextAttempt next, CancellationToken stop);
}

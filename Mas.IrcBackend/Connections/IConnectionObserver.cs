using Mas.IrcBackend.Protocol.Session;

namespace Mas.IrcBackend.Connections;

/// <summary>What follows a connection, or an attempt, that has ended.</summary>
internal enum NextStep
{
    /// <summary>No further attempt, unless the user asks for one.</summary>
    None,

    /// <summary>The same server at once, over TLS.</summary>
    Upgrade,

    /// <summary>The network's next server at once.</summary>
    NextServer,

    /// <summary>Another attempt after a pause: every server has had its turn.</summary>
    AfterPause,
}

/// <summary>The next attempt.</summary>
/// <param name="Step">The kind.</param>
/// <param name="Pause">The pause before it.</param>
internal readonly record struct NextAttempt(NextStep Step, TimeSpan Pause = default);

/// <summary>
/// Gets the lines and events of a user's connection to a network: in the connection manager, or in <c>check</c>. Calls come one after
/// another, and the connection waits for each.
/// </summary>
internal interface IConnectionObserver
{
    /// <summary>An attempt begins; lines of older generations are out of date.</summary>
    ValueTask ConnectingAsync(ServerAddress server, long generation, CancellationToken stop);

    /// <summary>A line came. <paramref name="isForwarded"/> is false when it concerns only the connection itself.</summary>
    ValueTask ReceivedAsync(string line, bool isForwarded, CancellationToken stop);

    /// <summary>A line was sent.</summary>
    ValueTask SentAsync(string line, CancellationToken stop);

    /// <summary>An event of the connection.</summary>
    ValueTask HappenedAsync(SessionEvent what, CancellationToken stop);

    /// <summary>The connection, or the attempt, has ended; <paramref name="next"/> follows.</summary>
    ValueTask EndedAsync(ConnectionOutcome outcome, NextAttempt next, CancellationToken stop);
}

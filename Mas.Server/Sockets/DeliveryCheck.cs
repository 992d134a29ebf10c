using Mas.Core.Model;

namespace Mas.Server.Sockets;

/// <summary>Checks that what was popped from an outbox may be sent: that the outbox was still the session's own, and is complete.</summary>
internal sealed class DeliveryCheck(Sessions sessions, FailoverDetector failovers)
{
    /// <summary>Whether that is certain without asking Redis.</summary>
    internal bool IsCertain(SocketSession session) => !session.Heartbeat.IsDoubtful && failovers.IsCertain;

    /// <summary>Finds it out, for as long as Redis is silent.</summary>
    /// <param name="session">The session.</param>
    /// <param name="isStopped">Whether nothing is to be sent any more.</param>
    /// <returns>False when it may not be sent; then the session is over.</returns>
    internal async Task<bool> FindOutAsync(SocketSession session, Func<bool> isStopped)
    {
        if (session.Heartbeat.IsDoubtful && !await sessions.IsListedAsync(session.Ref))
        {
            // Another server has ended the session and removed the outbox, and these came behind what was in there.
            session.Abort();
            return false;
        }
        await failovers.WaitUntilCertainAsync(isStopped);
        return !isStopped();
    }
}

namespace Mas.Server.Sockets;

/// <summary>How old a session's last heartbeat is.</summary>
/// <param name="time">The clock.</param>
/// <param name="doubtfulAfter">From this age on, another server may have ended the session: this one was paused, or Redis was away.</param>
internal sealed class HeartbeatAge(TimeProvider time, TimeSpan doubtfulAfter)
{
    private long _sentAt = time.GetUtcNow().UtcTicks;

    /// <summary>Whether another server may have ended the session.</summary>
    internal bool IsDoubtful => (time.GetUtcNow() - new DateTimeOffset(Volatile.Read(ref _sentAt), TimeSpan.Zero)).Duration() > doubtfulAfter;

    /// <summary>Notes a heartbeat that Redis took.</summary>
    /// <param name="sentAt">When it was sent.</param>
    internal void Renew(DateTimeOffset sentAt) => Volatile.Write(ref _sentAt, sentAt.UtcTicks);
}

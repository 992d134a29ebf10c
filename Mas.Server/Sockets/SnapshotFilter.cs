namespace Mas.Server.Sockets;

/// <summary>Finds messages in an outbox that the session's snapshot held already.</summary>
/// <param name="held">For each window the highest gid or rev in the snapshot.</param>
internal sealed class SnapshotFilter(IReadOnlyDictionary<int, long> held)
{
    /// <summary>
    /// How long repeats may come, ms: a worker writes a history first and pushes to the outboxes behind its batch, so that what
    /// the snapshot read may arrive a little later.
    /// </summary>
    private const int RepeatsLast = 5000;

    private readonly long _startedAt = Environment.TickCount64;

    /// <summary>Whether no repeats come any more.</summary>
    internal bool IsOver => Environment.TickCount64 - _startedAt > RepeatsLast;

    /// <summary>Whether the snapshot held this message, or a newer form of it.</summary>
    internal bool Holds(byte[] entry) =>
        AddMessageReader.TryRead(entry, out var windowId, out var order) && held.TryGetValue(windowId, out var highest) && order <= highest;
}

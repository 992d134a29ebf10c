using System.Diagnostics.CodeAnalysis;

namespace Mas.IrcBackend.Protocol.Session;

/// <summary>
/// Lines that wait to be sent. Those that keep the connection alive (registration, PONG) go first and at once; the others
/// go in order, as the budget allows.
/// </summary>
/// <param name="budget">The budget.</param>
internal sealed class OutputQueue(OutputBudget budget)
{
    /// <summary>How many paced lines may wait; more than that would take over an hour.</summary>
    internal const int MaxWaiting = 2000;

    // More lines than the longest batch has (MultilineLimits).
    private const int RoomForBatch = 200;

    private readonly Queue<string> _urgent = new();
    private readonly Queue<string> _paced = new();
    private bool _isInBatch;
    private bool _isRefusingBatch;

    /// <summary>Whether paced lines may go yet; they may not before the registration is done.</summary>
    internal bool IsOpen { get; set; }

    /// <summary>How many paced lines wait.</summary>
    internal int Waiting => _paced.Count;

    /// <summary>Adds a line that goes before all paced ones.</summary>
    internal void AddUrgent(string line) => _urgent.Enqueue(line);

    /// <summary>Adds a line that waits its turn; false when there are too many. A batch is added as a whole or not at all.</summary>
    internal bool TryAdd(string line)
    {
        if (_isRefusingBatch)
        {
            _isRefusingBatch = !OutgoingMessage.Closes(line);
            return false;
        }
        if (_paced.Count >= (OutgoingMessage.Opens(line) ? MaxWaiting - RoomForBatch : MaxWaiting))
        {
            _isRefusingBatch = OutgoingMessage.Opens(line);
            return false;
        }
        _paced.Enqueue(line);
        return true;
    }

    /// <summary>Drops what waits for its turn.</summary>
    internal void Clear()
    {
        _paced.Clear();
        _isInBatch = false;
    }

    /// <summary>Takes the next line that may go now.</summary>
    internal bool TryTake(DateTimeOffset now, [NotNullWhen(true)] out string? line)
    {
        // Once a batch of ours is open nothing else may come in between (draft/multiline), not even a PONG, and the rest of it
        // follows at once; what it costs is paid by what comes after it.
        if (_isInBatch && _paced.TryDequeue(out line))
        {
            budget.Charge();
            _isInBatch = !OutgoingMessage.Closes(line);
            return true;
        }
        if (_urgent.TryDequeue(out line))
            return true;
        if (!IsOpen || _paced.Count == 0 || !budget.TryTake(now) || !_paced.TryDequeue(out line))
            return false;
        _isInBatch = OutgoingMessage.Opens(line);
        return true;
    }

    /// <summary>When the next line may go, or null when none waits for the clock.</summary>
    internal DateTimeOffset? NextDue(DateTimeOffset now) => IsOpen && _paced.Count > 0 ? budget.NextAt(now) : null;
}

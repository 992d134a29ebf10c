using System.Diagnostics.CodeAnalysis;

namespace Mas.IrcBackend.Protocol.Session;

/// <summary>
/// Lines that wait to be sent. Urgent ones (registration, PONG) go first and at once; the others in order, as the budget allows.
/// </summary>
/// <param name="budget">The budget.</param>
internal sealed class OutputQueue(OutputBudget budget)
{
    /// <summary>The most lines that may wait for the budget; at one in 2 s they take over an hour.</summary>
    internal const int MaxWaiting = 2000;

    // More than the lines of the longest batch (MultilineLimits).
    private const int RoomForBatch = 200;

    private readonly Queue<string> _urgent = new();
    private readonly Queue<string> _paced = new();
    private bool _isInBatch;
    private bool _isRefusingBatch;

    /// <summary>Whether paced lines may go: the registration is complete.</summary>
    internal bool IsOpen { get; set; }

    /// <summary>The paced lines that wait.</summary>
    internal int Waiting => _paced.Count;

    /// <summary>Adds a line that goes before all paced lines.</summary>
    internal void AddUrgent(string line) => _urgent.Enqueue(line);

    /// <summary>Adds a paced line; false when too many wait. A batch is added as a whole or not at all.</summary>
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

    /// <summary>Drops the paced lines.</summary>
    internal void Clear()
    {
        _paced.Clear();
        _isInBatch = false;
    }

    /// <summary>Takes the next line that may go now.</summary>
    internal bool TryTake(DateTimeOffset now, [NotNullWhen(true)] out string? line)
    {
        // Nothing may come between the lines of a batch (draft/multiline), not even a PONG. The rest of it follows at once and is
        // charged to the lines behind it.
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

    /// <summary>When the next paced line may go; null when none waits.</summary>
    internal DateTimeOffset? NextDue(DateTimeOffset now) => IsOpen && _paced.Count > 0 ? budget.NextAt(now) : null;
}

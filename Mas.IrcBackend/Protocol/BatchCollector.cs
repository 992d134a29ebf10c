namespace Mas.IrcBackend.Protocol;

/// <summary>
/// Collects the messages of batches until their end; other messages pass through. A deadline and a limit close a batch that the server
/// never ends.
/// </summary>
/// <param name="deadline">How long a batch may stay open without a further message.</param>
/// <param name="maxMessages">The most messages and ended inner batches that all open batches may hold together.</param>
internal sealed class BatchCollector(TimeSpan deadline, int maxMessages = 20_000)
{
    // Nested batches are rare and shallow.
    private const int MaxOpen = 100;

    private readonly Dictionary<string, Open> _open = new(StringComparer.Ordinal);
    private int _held;

    /// <summary>When the next batch times out; null when none is open.</summary>
    internal DateTimeOffset? NextDue => _open.Count == 0 ? null : _open.Values.Min(open => open.Last) + deadline;

    /// <summary>Takes a message and gives what it completes.</summary>
    internal IReadOnlyList<BatchItem> Accept(IrcMessage message, DateTimeOffset now)
    {
        if (message.Command == "BATCH" && message.Parameter(0) is ['+' or '-', _, ..] reference)
        {
            var complete = reference[0] == '+' ? Begin(reference[1..], message, now) : End(reference[1..], isComplete: true);
            return _held > maxMessages ? [.. complete, .. CloseAll()] : complete;
        }
        if (message.Tag("batch") is not { } parent || !_open.TryGetValue(parent, out var open))
            return [new BatchItem(message, null)];
        open.Items.Add(new BatchItem(message, null));
        open.Size++;
        Touch(open, now);
        _held++;
        return _held > maxMessages ? CloseAll() : [];
    }

    /// <summary>Closes the batches that have timed out and gives what they hold.</summary>
    internal IReadOnlyList<BatchItem> TakeDue(DateTimeOffset now) =>
        Close(_open.Where(open => now - open.Value.Last >= deadline));

    private IReadOnlyList<BatchItem> Begin(string reference, IrcMessage message, DateTimeOffset now)
    {
        // A reference that is opened twice: the first batch was never ended.
        var unfinished = _open.Count >= MaxOpen ? CloseAll() : _open.ContainsKey(reference) ? End(reference, isComplete: false) : [];
        var parent = message.Tag("batch");
        _open[reference] = new Open(message, parent is not null && parent != reference && _open.ContainsKey(parent) ? parent : null);
        Touch(_open[reference], now);
        return unfinished;
    }

    private IReadOnlyList<BatchItem> End(string reference, bool isComplete)
    {
        if (!_open.Remove(reference, out var open))
            return [];
        var batch = new BatchItem(null, new IrcBatch(open.Start, open.Items, isComplete));
        if (open.Parent is { } parentReference && _open.TryGetValue(parentReference, out var parent))
        {
            // It becomes a part of the outer batch.
            parent.Items.Add(batch);
            parent.Size += open.Size + 1;
            _held++;
            return [];
        }
        _held -= open.Size;
        return [batch];
    }

    private List<BatchItem> CloseAll() => Close(_open);

    // Inner batches first, so that they become parts of the outer ones.
    private List<BatchItem> Close(IEnumerable<KeyValuePair<string, Open>> open) =>
        [.. open.OrderByDescending(one => Depth(one.Value)).Select(one => one.Key).ToList().SelectMany(key => End(key, isComplete: false))];

    private int Depth(Open open)
    {
        var depth = 0;
        while (open.Parent is { } key && _open.TryGetValue(key, out var parent) && depth < MaxOpen)
            (open, depth) = (parent, depth + 1);
        return depth;
    }

    private void Touch(Open open, DateTimeOffset now)
    {
        for (Open? next = open; next is not null; next = next.Parent is { } key && _open.TryGetValue(key, out var parent) && parent.Last < now ? parent : null)
            next.Last = now;
    }

    private sealed class Open(IrcMessage start, string? parent)
    {
        internal IrcMessage Start { get; } = start;

        internal string? Parent { get; } = parent;

        internal List<BatchItem> Items { get; } = [];

        /// <summary>The messages and ended inner batches that it holds, including those in inner batches.</summary>
        internal int Size { get; set; }

        internal DateTimeOffset Last { get; set; }
    }
}

namespace Mas.IrcBackend.Protocol;

/// <summary>
/// Gathers the messages of batches until their end. Messages that belong to none pass through at once. A server that
/// never ends a batch, or fills it without end, doesn't keep its messages from us: a deadline and a limit close it.
/// </summary>
/// <param name="deadline">How long a batch may stay open without a further message.</param>
/// <param name="maxMessages">How many messages, and batches that have ended in others, all open batches together may hold.</param>
internal sealed class BatchCollector(TimeSpan deadline, int maxMessages = 20_000)
{
    // Batches in batches are rare, and deep ones are nobody's wish.
    private const int MaxOpen = 100;

    private readonly Dictionary<string, Open> _open = new(StringComparer.Ordinal);
    private int _held;

    /// <summary>When the next batch has to be closed, or null when none is open.</summary>
    internal DateTimeOffset? NextDue => _open.Count == 0 ? null : _open.Values.Min(open => open.Last) + deadline;

    /// <summary>Takes a message and gives what is complete with it.</summary>
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

    /// <summary>Closes the batches whose deadline has passed and gives them as far as they came.</summary>
    internal IReadOnlyList<BatchItem> TakeDue(DateTimeOffset now) =>
        Close(_open.Where(open => now - open.Value.Last >= deadline));

    private IReadOnlyList<BatchItem> Begin(string reference, IrcMessage message, DateTimeOffset now)
    {
        // A reference that is opened twice: the first was never ended.
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
            // It is held on, as a part of the outer one.
            parent.Items.Add(batch);
            parent.Size += open.Size + 1;
            _held++;
            return [];
        }
        _held -= open.Size;
        return [batch];
    }

    private List<BatchItem> CloseAll() => Close(_open);

    // The inner ones first, so that they are in the outer ones.
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

        /// <summary>How many messages it holds, and batches that have ended in it, theirs included.</summary>
        internal int Size { get; set; }

        internal DateTimeOffset Last { get; set; }
    }
}

namespace Mas.IrcBackend.Protocol;

/// <summary>A batch (IRCv3 batch), complete or closed by its deadline.</summary>
/// <param name="Type">netsplit, chathistory, labeled-response, draft/multiline …</param>
/// <param name="Parameters">What followed the type.</param>
/// <param name="Tags">The tags of its opening line; the label of a labeled response is here.</param>
/// <param name="Source">Who opened it.</param>
/// <param name="Items">What it holds, in order; batches may hold batches.</param>
/// <param name="IsComplete">False when the server never closed it.</param>
public sealed record IrcBatch(
    string Type, IReadOnlyList<string> Parameters, IReadOnlyDictionary<string, string> Tags, IrcSource? Source,
    IReadOnlyList<BatchItem> Items, bool IsComplete);

/// <summary>One message, or one whole batch; the other is null.</summary>
/// <param name="Message">The message.</param>
/// <param name="Batch">The batch.</param>
public sealed record BatchItem(IrcMessage? Message, IrcBatch? Batch);

/// <summary>
/// Gathers the messages of batches until their end. Messages that belong to none pass through at once. A server that
/// never ends a batch, or fills it without end, doesn't keep its messages from us: a deadline and a limit close it.
/// </summary>
/// <param name="deadline">How long a batch may stay open without a further message.</param>
/// <param name="maxMessages">How many messages all open batches together may hold.</param>
public sealed class BatchCollector(TimeSpan deadline, int maxMessages = 20_000)
{
    private readonly Dictionary<string, Open> _open = new(StringComparer.Ordinal);
    private int _held;

    /// <summary>When the next batch has to be closed, or null when none is open.</summary>
    public DateTimeOffset? NextDue => _open.Count == 0 ? null : _open.Values.Min(open => open.Last) + deadline;

    /// <summary>Takes a message and gives what is complete with it.</summary>
    public IReadOnlyList<BatchItem> Accept(IrcMessage message, DateTimeOffset now)
    {
        if (message.Command == "BATCH" && message.Parameter(0) is ['+' or '-', _, ..] reference)
        {
            return reference[0] == '+' ? Begin(reference[1..], message, now) : End(reference[1..], isComplete: true);
        }

        if (message.Tag("batch") is not { } parent || !_open.TryGetValue(parent, out var open))
        {
            return [new BatchItem(message, null)];
        }

        open.Items.Add(new BatchItem(message, null));
        Touch(open, now);
        _held++;
        return _held > maxMessages ? CloseAll() : [];
    }

    /// <summary>Closes the batches whose deadline has passed and gives them as far as they came.</summary>
    public IReadOnlyList<BatchItem> TakeDue(DateTimeOffset now) =>
        [.. _open.Where(open => now - open.Value.Last >= deadline).Select(open => open.Key).ToList().SelectMany(key => End(key, isComplete: false))];

    private IReadOnlyList<BatchItem> Begin(string reference, IrcMessage message, DateTimeOffset now)
    {
        // A reference that is opened twice: the first was never ended.
        var unfinished = _open.ContainsKey(reference) ? End(reference, isComplete: false) : [];
        var parent = message.Tag("batch");
        _open[reference] = new Open(message, parent is not null && parent != reference && _open.ContainsKey(parent) ? parent : null) { Last = now };
        return unfinished;
    }

    private IReadOnlyList<BatchItem> End(string reference, bool isComplete)
    {
        if (!_open.Remove(reference, out var open))
        {
            return [];
        }

        _held -= open.Items.Count(item => item.Message is not null);
        var start = open.Start;
        var batch = new BatchItem(null, new IrcBatch(start.Parameter(1), [.. start.Parameters.Skip(2)], start.Tags, start.Source, open.Items, isComplete));
        if (open.Parent is { } parentReference && _open.TryGetValue(parentReference, out var parent))
        {
            parent.Items.Add(batch);
            return [];
        }

        return [batch];
    }

    private List<BatchItem> CloseAll() => [.. _open.Keys.ToList().SelectMany(key => End(key, isComplete: false))];

    private void Touch(Open open, DateTimeOffset now)
    {
        for (Open? next = open; next is not null; next = next.Parent is { } key && _open.TryGetValue(key, out var parent) && parent.Last < now ? parent : null)
        {
            next.Last = now;
        }
    }

    private sealed class Open(IrcMessage start, string? parent)
    {
        public IrcMessage Start { get; } = start;

        public string? Parent { get; } = parent;

        public List<BatchItem> Items { get; } = [];

        public DateTimeOffset Last { get; set; }
    }
}

namespace Mas.IrcBackend.Protocol;

/// <summary>A message or a whole batch; the other is null.</summary>
/// <param name="Message">The message.</param>
/// <param name="Batch">The batch.</param>
internal sealed record BatchItem(IrcMessage? Message, IrcBatch? Batch);

/// <summary>A batch (IRCv3 batch), complete or closed by the deadline.</summary>
/// <param name="Start">The opening line; its tags include the label of a labeled response.</param>
/// <param name="Items">The messages and inner batches, in order.</param>
/// <param name="IsComplete">False when the server never closed it.</param>
internal sealed record IrcBatch(IrcMessage Start, IReadOnlyList<BatchItem> Items, bool IsComplete)
{
    /// <summary>Requested history (draft/chathistory).</summary>
    internal const string ChatHistory = "chathistory";

    /// <summary>A bouncer's history (znc.in/playback).</summary>
    internal const string Playback = "znc.in/playback";

    /// <summary>A message of several lines (draft/multiline).</summary>
    internal const string Multiline = "draft/multiline";

    /// <summary>The QUITs of a netsplit.</summary>
    internal const string NetSplit = "netsplit";

    /// <summary>The type: a constant above, labeled-response, netjoin …</summary>
    internal string Type => Start.Parameter(1);

    /// <summary>The parameters behind the type.</summary>
    internal IEnumerable<string> Parameters => Start.Parameters.Skip(2);

    /// <summary>Whether it plays back earlier messages.</summary>
    internal bool IsHistory => Type is ChatHistory or Playback;

    /// <summary>The messages of the batch and its inner batches, in order.</summary>
    internal IEnumerable<IrcMessage> Messages => Items.SelectMany(item => item.Message is { } message ? [message] : item.Batch!.Messages);

    /// <summary>Its lines, including the opening and closing ones.</summary>
    internal IReadOnlyList<string> ToLines()
    {
        var lines = new List<string>();
        Write(lines);
        return lines;
    }

    /// <summary>Reads what <see cref="ToLines"/> wrote; null when it is no batch.</summary>
    internal static IrcBatch? FromLines(IEnumerable<string> lines)
    {
        var collector = new BatchCollector(TimeSpan.Zero, int.MaxValue);
        var items = new List<BatchItem>();
        foreach (var line in lines)
        {
            if (IrcMessage.TryParse(line, out var message))
                items.AddRange(collector.Accept(message, default));
        }
        // An incomplete batch has no closing line.
        items.AddRange(collector.TakeDue(DateTimeOffset.MaxValue));
        return items.Find(item => item.Batch is not null)?.Batch;
    }

    private void Write(List<string> lines)
    {
        lines.Add(IrcLine.Format(Start));
        foreach (var item in Items)
        {
            if (item.Message is { } message)
                lines.Add(IrcLine.Format(message));
            else
                item.Batch!.Write(lines);
        }
        if (IsComplete)
            lines.Add(IrcLine.Of("BATCH", "-" + Start.Parameter(0)[1..]));
    }
}

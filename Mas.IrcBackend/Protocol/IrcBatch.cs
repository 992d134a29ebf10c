namespace Mas.IrcBackend.Protocol;

/// <summary>One message, or one whole batch; the other is null.</summary>
/// <param name="Message">The message.</param>
/// <param name="Batch">The batch.</param>
internal sealed record BatchItem(IrcMessage? Message, IrcBatch? Batch);

/// <summary>A batch (IRCv3 batch), complete or closed by its deadline.</summary>
/// <param name="Start">Its opening line; the label of a labeled response is among its tags.</param>
/// <param name="Items">What it holds, in order; batches may hold batches.</param>
/// <param name="IsComplete">False when the server never closed it.</param>
internal sealed record IrcBatch(IrcMessage Start, IReadOnlyList<BatchItem> Items, bool IsComplete)
{
    /// <summary>A part of the history, asked for (draft/chathistory).</summary>
    internal const string ChatHistory = "chathistory";

    /// <summary>A part of a bouncer's history (znc.in/playback).</summary>
    internal const string Playback = "znc.in/playback";

    /// <summary>A message of several lines (draft/multiline).</summary>
    internal const string Multiline = "draft/multiline";

    /// <summary>The QUITs of a split.</summary>
    internal const string NetSplit = "netsplit";

    /// <summary>The type: a constant above, labeled-response, netjoin …</summary>
    internal string Type => Start.Parameter(1);

    /// <summary>What followed the type.</summary>
    internal IEnumerable<string> Parameters => Start.Parameters.Skip(2);

    /// <summary>Whether it repeats what was said before.</summary>
    internal bool IsHistory => Type is ChatHistory or Playback;

    /// <summary>The messages of the batch and of those in it, in order.</summary>
    internal IEnumerable<IrcMessage> Messages => Items.SelectMany(item => item.Message is { } message ? [message] : item.Batch!.Messages);

    /// <summary>The lines that make it, its beginning and its end included.</summary>
    internal IReadOnlyList<string> ToLines()
    {
        var lines = new List<string>();
        Write(lines);
        return lines;
    }

    /// <summary>Reads what <see cref="ToLines"/> has written; null when that is no batch.</summary>
    internal static IrcBatch? FromLines(IEnumerable<string> lines)
    {
        var collector = new BatchCollector(TimeSpan.Zero, int.MaxValue);
        var items = new List<BatchItem>();
        foreach (var line in lines)
        {
            if (IrcMessage.TryParse(line, out var message))
                items.AddRange(collector.Accept(message, default));
        }
        // What was never closed is closed now.
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

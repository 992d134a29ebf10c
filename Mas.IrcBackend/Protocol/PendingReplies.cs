using System.Globalization;

namespace Mas.IrcBackend.Protocol;

/// <summary>A command of ours whose answer is awaited.</summary>
/// <param name="Command">The command, in upper case.</param>
/// <param name="Target">What it was about, as it was sent: a channel, a nick, or "".</param>
/// <param name="Label">Its label, or null when the server has no labeled-response.</param>
/// <param name="Context">What the asker needs to know again, for example the window in which it was said.</param>
/// <param name="Deadline">When no answer is expected any more.</param>
/// <typeparam name="T">The type of the context.</typeparam>
internal sealed record PendingReply<T>(string Command, string Target, string? Label, T Context, DateTimeOffset Deadline);

/// <summary>
/// Finds the command that an answer belongs to: by its label where the server has <c>labeled-response</c>, else by order,
/// for a server answers a connection's commands in the order in which they came.
/// </summary>
/// <param name="patience">How long an answer is awaited.</param>
/// <typeparam name="T">The type of the context.</typeparam>
internal sealed class PendingReplies<T>(TimeSpan patience)
{
    private readonly List<PendingReply<T>> _pending = [];
    private int _lastLabel;

    /// <summary>How many answers are awaited.</summary>
    internal int Count => _pending.Count;

    /// <summary>A label that this connection hasn't used.</summary>
    internal string NewLabel() => "m" + (++_lastLabel).ToString(CultureInfo.InvariantCulture);

    /// <summary>Notes a command that was sent.</summary>
    internal PendingReply<T> Sent(string command, string target, string? label, T context, DateTimeOffset now)
    {
        var reply = new PendingReply<T>(command, target, label, context, now + patience);
        _pending.Add(reply);
        return reply;
    }

    /// <summary>Takes the command with this label; null when there is none (any more).</summary>
    internal PendingReply<T>? TakeLabeled(string label) => Take(reply => reply.Label == label);

    /// <summary>Takes the oldest command that an answer without a label can belong to; null when there is none.</summary>
    internal PendingReply<T>? TakeOldest(string command, string target, CaseMapping mapping) =>
        Take(reply => reply.Command == command && (reply.Target.Length == 0 || target.Length == 0 || mapping.Equals(reply.Target, target)));

    /// <summary>Gives the oldest command that an answer can belong to, which goes on being awaited: the answer has more lines.</summary>
    internal PendingReply<T>? PeekOldest(string command, string target, CaseMapping mapping) =>
        _pending.Find(reply => reply.Command == command && (reply.Target.Length == 0 || target.Length == 0 || mapping.Equals(reply.Target, target)));

    /// <summary>Takes the commands whose deadline has passed.</summary>
    internal IReadOnlyList<PendingReply<T>> TakeDue(DateTimeOffset now)
    {
        var due = _pending.FindAll(reply => reply.Deadline <= now);
        _pending.RemoveAll(reply => reply.Deadline <= now);
        return due;
    }

    private PendingReply<T>? Take(Predicate<PendingReply<T>> matches)
    {
        var index = _pending.FindIndex(matches);
        if (index < 0)
            return null;
        var reply = _pending[index];
        _pending.RemoveAt(index);
        return reply;
    }
}

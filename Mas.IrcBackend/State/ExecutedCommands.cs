namespace Mas.IrcBackend.State;

/// <summary>
/// The commands of a user's clients that were executed lately, by the clients' rids. A command leaves no message in a history by
/// which a retry could be recognised. Saved in <c>ircconnection:</c>.
/// </summary>
internal sealed class ExecutedCommands
{
    // More than anybody types between an attempt and its retry.
    private const int Kept = 100;
    private const char Between = '\n';

    private readonly Queue<string> _rids;

    private ExecutedCommands(IEnumerable<string> rids) => _rids = new Queue<string>(rids);

    /// <summary>Reads what <see cref="ToString"/> wrote.</summary>
    internal static ExecutedCommands Of(string? text) => new((text ?? "").Split(Between, StringSplitOptions.RemoveEmptyEntries));

    /// <summary>Whether a command was executed; false for the empty rid of one that can't be retried.</summary>
    internal bool Has(string rid) => rid.Length > 0 && _rids.Contains(Written(rid));

    internal void Add(string rid)
    {
        _rids.Enqueue(Written(rid));
        if (_rids.Count > Kept)
            _rids.Dequeue();
    }

    /// <inheritdoc/>
    public override string ToString() => string.Join(Between, _rids);

    private static string Written(string rid) => rid.Replace(Between, ' ');
}

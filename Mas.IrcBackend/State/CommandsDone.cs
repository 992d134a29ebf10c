namespace Mas.IrcBackend.State;

/// <summary>
/// The commands that a user's clients have given lately, by the clients' ids of them: a command leaves no message in a history
/// that would tell that it was carried out. Kept in <c>ircconnection:</c>, so that whoever comes next knows them.
/// </summary>
internal sealed class CommandsDone
{
    // More than anybody types between an attempt and its repetition.
    private const int Kept = 100;
    private const char Between = '\n';

    private readonly Queue<string> _rids;

    private CommandsDone(IEnumerable<string> rids) => _rids = new Queue<string>(rids);

    /// <summary>Reads what <see cref="ToString"/> has written.</summary>
    internal static CommandsDone Of(string? text) => new((text ?? "").Split(Between, StringSplitOptions.RemoveEmptyEntries));

    /// <summary>Whether a command was carried out.</summary>
    /// <param name="rid">The client's id of it; empty for one that can't be repeated.</param>
    internal bool Has(string rid) => rid.Length > 0 && _rids.Contains(Written(rid));

    /// <summary>A command has been carried out.</summary>
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

using Mas.Core.Model;
using Mas.IrcBackend.Bridge;
using Mas.IrcBackend.Protocol;

namespace Mas.IrcBackend.State;

/// <summary>The entry that is being handled.</summary>
internal sealed class ParserContext(UserConnection connection, string rid, long generation, long seq, bool redelivered, DateTimeOffset at)
{
    private readonly List<NewMessage> _serverLines = [];
    private string? _orderName;
    private int _numbered;

    internal UserConnection Connection { get; } = connection;

    internal UserId User => Connection.User;

    internal string Network => Connection.Network;

    /// <summary>The entry's unique id. What the entry posts bears it, so that a redelivery finds it.</summary>
    internal string Rid { get; private set; } = rid;

    /// <summary>The number of the connection that the entry comes from.</summary>
    internal long Generation { get; } = generation;

    /// <summary>The entry's place among the lines and events of its connection; 0 for requests.</summary>
    internal long Seq { get; private set; } = seq;

    /// <summary>Whether the entry may have been handled before, wholly or in part.</summary>
    internal bool Redelivered { get; } = redelivered;

    /// <summary>When the connection manager read it.</summary>
    internal DateTimeOffset At { get; private set; } = at;

    /// <summary>Whether the line is playback of earlier messages (a chathistory batch).</summary>
    internal bool IsHistory { get; private set; }

    /// <summary>The label of the command that the line answers (labeled-response), or null.</summary>
    internal string? Label { get; private set; }

    /// <summary>Moves on to the connection's next line.</summary>
    internal void Next(LineEntry line)
    {
        Rid = line.Rid;
        Seq = line.Seq;
        At = DateTimeOffset.FromUnixTimeMilliseconds(line.Ts);
        _numbered = 0;
    }

    /// <summary>Moves on to a line of the batch.</summary>
    /// <param name="entry">The entry.</param>
    /// <param name="index">The line's index, from 0; a redelivery gives it the same one.</param>
    internal void Next(BatchEntry entry, int index)
    {
        Seq = entry.Seq + index;
        Rid = new LineId(entry.Network, entry.UserId, entry.Generation, Seq).ToString();
        _numbered = 0;
    }

    /// <summary>Handles the lines of a batch with the label and history flag of the batch and of those around it.</summary>
    internal async Task WithinAsync(IrcBatch batch, Func<Task> work)
    {
        var (wasHistory, outer) = (IsHistory, Label);
        IsHistory |= batch.IsHistory;
        Label = batch.Start.Tag("label") ?? outer;
        await work();
        (IsHistory, Label) = (wasHistory, outer);
    }

    /// <summary>
    /// From now on, orders are named by <paramref name="name"/> and not by the entry: the connection manager carries an order
    /// out once, so several entries with one name (a client's retries) send their lines once.
    /// </summary>
    internal void NameOrders(string name) => _orderName = name;

    /// <summary>The id of the entry's next order. Numbered within the entry, so that a redelivery gives the same ids.</summary>
    internal string NextOrderRid() => $"{_orderName ?? Rid}/{_numbered++}";

    /// <summary>Adds a line for the window of the network's server (<see cref="ServerWindow"/>).</summary>
    internal void TellServerWindow(string cat, string body) => _serverLines.Add(
        new NewMessage(UserId.Server, cat, body, $"{Rid}/{_numbered++}", Redelivered, At.ToUnixTimeSeconds()));

    /// <summary>Takes the lines that were added for the server's window.</summary>
    internal List<NewMessage> TakeServerLines()
    {
        var lines = _serverLines.ToList();
        _serverLines.Clear();
        return lines;
    }
}

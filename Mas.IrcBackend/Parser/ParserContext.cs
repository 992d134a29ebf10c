using Mas.Core.Model;
using Mas.Core.Queues;
using Mas.IrcBackend.Bridge;
using Mas.IrcBackend.Protocol;
using Mas.IrcBackend.State;

namespace Mas.IrcBackend.Parser;

/// <summary>What the handling of one entry works with.</summary>
internal sealed class ParserContext(
    ParserDependencies on, FencingToken fence, ConversationWriter writer, UserConnection connection, string rid, long generation, long seq, bool redelivered, DateTimeOffset at)
{
    private readonly List<NewMessage> _serverLines = [];
    private string? _ordersName;
    private int _orders;

    /// <summary>The dependencies.</summary>
    internal ParserDependencies On { get; } = on;

    /// <summary>The writer of conversations.</summary>
    internal ConversationWriter Writer { get; } = writer;

    /// <summary>Refuses writes when the lease is lost.</summary>
    internal FencingToken FencingToken { get; } = fence;

    /// <summary>Whose entry it is.</summary>
    internal UserConnection Connection { get; } = connection;

    /// <summary>Whose entry it is.</summary>
    internal UserId User => Connection.User;

    /// <summary>The network.</summary>
    internal string Network => Connection.Network;

    /// <summary>The entry's id, unique; it marks what the entry posts.</summary>
    internal string Rid { get; private set; } = rid;

    /// <summary>The connection that the entry is of.</summary>
    internal long Generation { get; } = generation;

    /// <summary>Its place among that connection's entries; 0 for requests.</summary>
    internal long Seq { get; private set; } = seq;

    /// <summary>Whether it may have been handled before, wholly or in part.</summary>
    internal bool Redelivered { get; } = redelivered;

    /// <summary>When it was read.</summary>
    internal DateTimeOffset At { get; private set; } = at;

    /// <summary>Whether what is handled repeats what was said before.</summary>
    internal bool IsHistory { get; private set; }

    /// <summary>The label of the command that is answered, or null (labeled-response).</summary>
    internal string? Label { get; private set; }

    /// <summary>Goes on to the connection's next line.</summary>
    internal void Next(LineEntry line)
    {
        Rid = line.Rid;
        Seq = line.Seq;
        At = DateTimeOffset.FromUnixTimeMilliseconds(line.Ts);
        _orders = 0;
    }

    /// <summary>Goes on to the next line of the batch that the entry is.</summary>
    /// <param name="entry">The entry.</param>
    /// <param name="index">Which line of it, from 0; the same when it is handled again.</param>
    internal void Next(BatchEntry entry, int index)
    {
        Seq = entry.Seq + index;
        Rid = new LineRid(entry.Network, entry.UserId, entry.Generation, Seq).ToString();
        _orders = 0;
    }

    /// <summary>Handles what belongs to a batch, and to those around it.</summary>
    internal async Task WithinAsync(IrcBatch batch, Func<Task> work)
    {
        var (wasHistory, outer) = (IsHistory, Label);
        IsHistory |= batch.IsHistory;
        Label = batch.Start.Tag("label") ?? outer;
        await work();
        (IsHistory, Label) = (wasHistory, outer);
    }

    /// <summary>
    /// From now on what is handed over is named by this and not by the entry: whatever is of the same name goes to the connection
    /// once, though several entries order it.
    /// </summary>
    internal void NameOrders(string name) => _ordersName = name;

    /// <summary>Hands lines to the connection manager; it has them when this returns.</summary>
    /// <param name="conversation">Where to say so when one can't be sent; null when nobody typed them.</param>
    /// <param name="lines">The lines.</param>
    internal Task SendAsync(ConversationId? conversation, params IReadOnlyList<string> lines)
    {
        // Numbered within the entry: handling it again gives the same ids.
        var id = $"{_ordersName ?? Rid}/{_orders++}";
        return lines.Count == 0
            ? Task.CompletedTask
            : OrderAsync(new SendOrder(id, User.Value, Network, Connection.Generation, lines, conversation?.Value));
    }

    /// <summary>Asks something else of the connection manager.</summary>
    internal Task OrderAsync(LinkOrder order) => On.InboxProducer.SendAsync(Endpoints.ConnectionManager, order.UserId, order.ToJson());

    /// <summary>Changes a conversation, as its only writer; what the work tells is delivered before the next writer's turn.</summary>
    internal async Task InAsync(ConversationId id, Func<ConversationScope, Task> work)
    {
        using var held = await On.Locks.TakeAsync(id.ToString());
        var scope = new ConversationScope(this, id, null);
        await work(scope);
        await scope.Delivery.FlushAsync();
    }

    /// <summary>
    /// Changes a channel. Of a line that is delivered again, what was counted before was done then.
    /// </summary>
    internal async Task InChannelAsync(ConversationId id, Func<ConversationScope, ChannelLedger, Task> work)
    {
        using var held = await On.Locks.TakeAsync(id.ToString());
        try
        {
            var ledger = await On.Ledgers.GetAsync(id);
            // A request has no place among the lines; what it posts is found by its rid.
            if (Redelivered && Seq > 0 && ledger.HasCounted(User, Generation, Seq))
                return;
            var scope = new ConversationScope(this, id, ledger);
            await work(scope, ledger);
            await scope.Delivery.FlushAsync();
            ledger.Move(User, Generation, Seq);
            await On.Ledgers.KeepAsync(id, ledger, FencingToken);
        }
        catch
        {
            // Counted in memory but not done: read again what was kept.
            On.Ledgers.Forget(id);
            throw;
        }
    }

    /// <summary>Tells a line to the window of the network's server; posted at the end (<see cref="FlushServerWindowAsync"/>).</summary>
    internal Task TellServerWindowAsync(string cat, string body)
    {
        _serverLines.Add(new NewMessage(
            UserId.Server, cat, body, $"{Rid}/{_orders++}", Redelivered, At.ToUnixTimeSeconds()));
        return Task.CompletedTask;
    }

    /// <summary>
    /// Posts what was told to the window of the network's server: all of it at once, since servers greet with many lines.
    /// </summary>
    internal async Task FlushServerWindowAsync()
    {
        if (_serverLines.Count == 0)
            return;
        var id = await OneOnOnes.OpenAsync(this, UserId.Server);
        await InAsync(id, scope => scope.PostAsync(_serverLines));
        _serverLines.Clear();
    }
}

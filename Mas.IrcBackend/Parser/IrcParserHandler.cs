using Mas.Core.Queues;
using Mas.IrcBackend.Bridge;
using Mas.IrcBackend.State;

namespace Mas.IrcBackend.Parser;

/// <summary>
/// The parser of one partition of <c>inbox:ircparser</c> under one lease: handles requests of sessions, and lines and events of
/// connections. Entries of one user and network stay in order. All entries of a network are in one partition, since its channels
/// and nicks are shared by its users.
/// </summary>
internal sealed class IrcParserHandler(
    PartitionLease held, FencingToken fence, EntryHandler entries, UserConnections connections, NetworkListWriter networkList, IrcUserSweeper sweeper,
    InboxProducer producer, DeadLetters deadLetters)
    : PartitionedHandler<ParserEntry>(held, producer, deadLetters)
{
    /// <summary>The route of an entry; null when it can't be read.</summary>
    internal static string? RouteOf(byte[] json) => ParserEntry.FromJson(json).Entry?.Network;

    public override async Task StartAsync()
    {
        // One partition does what concerns all networks.
        if (Held.Partition.Index > 0)
            return;
        await networkList.WriteAsync();
        sweeper.Start();
    }

    protected override (ParserEntry? Message, string? Error) Read(byte[] json) => ParserEntry.FromJson(json);

    protected override string OrderingKeyOf(ParserEntry message) => $"{message.UserId}:{message.Network}";

    protected override string RouteOf(ParserEntry message) => message.Network;

    protected override string? TraceparentOf(ParserEntry message) => message.Traceparent;

    // A server's greeting and lively channels are many lines, which are posted together.
    protected override bool Joins(ParserEntry previous, ParserEntry next) =>
        previous is LineEntry line && next is LineEntry nextLine && line.Generation == nextLine.Generation;

    protected override async Task HandleAsync(IReadOnlyList<Work<ParserEntry>> run)
    {
        fence.ThrowIfLost();
        var (entry, redelivered) = run[0];
        try
        {
            if (entry is LineEntry)
                await entries.HandleLinesAsync(run);
            else
                await entries.HandleAsync(entry, redelivered);
        }
        catch
        {
            connections.Forget(entry.User, entry.Network);
            throw;
        }
    }

    protected override Task FailAsync(ParserEntry message) => entries.FailAsync(message);
}

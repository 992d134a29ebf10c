using Mas.Core.Model;
using Mas.Core.Protocol;
using Mas.Core.Queues;
using Mas.IrcBackend.Bridge;
using Mas.IrcBackend.Commands;
using Mas.IrcBackend.Events;

namespace Mas.IrcBackend;

/// <summary>
/// The parser: handles <c>inbox:ircparser</c>, requests of sessions and lines and events of connections. Those of one user
/// and network stay in order.
/// </summary>
internal sealed class IrcParserHandler(ParserDependencies on, NetworkListWriter networkList, DeadLetters deadLetters)
    : LaneHandler<ParserEntry>(Endpoints.IrcParser, deadLetters)
{
    private Fence? _fence;
    private ConversationWriter? _writer;

    public override async Task BeginAsync(Lease lease, CancellationToken stopping)
    {
        _fence = new Fence(on.Redis, lease);
        _writer = new ConversationWriter(_fence, on.Redis, on.Conversations, on.HistoryOptions, on.Time);
        on.Connections.ForgetAll();
        on.Ledgers.ForgetAll();
        await networkList.WriteAsync();
    }

    protected override (ParserEntry? Message, string? Error) Read(byte[] json) => ParserEntry.FromJson(json);

    protected override string LaneOf(ParserEntry message) => $"{message.UserId}:{message.Network}";

    protected override bool Joins(ParserEntry previous, ParserEntry next) => false;

    protected override async Task HandleAsync(IReadOnlyList<Work<ParserEntry>> run, CancellationToken stopping)
    {
        _fence!.ThrowIfLost();
        var (entry, redelivered) = (run[0].Message, run[0].Redelivered);
        try
        {
            await HandleAsync(entry, redelivered);
        }
        catch
        {
            on.Connections.Forget(entry.User, entry.Network);
            throw;
        }
    }

    protected override Task FailAsync(ParserEntry message) => message is RequestEntry request
        ? AnswerAsync(request, new Ack(Status.Error, "The request could not be carried out. The operator has been told."))
        : Task.CompletedTask;

    private async Task HandleAsync(ParserEntry entry, bool redelivered)
    {
        var connection = await on.Connections.GetAsync(entry.User, entry.Network);
        switch (entry)
        {
            case RequestEntry request:
                var asked = new ParserContext(on, _fence!, _writer!, connection, entry.Rid, connection.Generation, 0, redelivered, on.Time.GetUtcNow());
                if (await RequestCommands.RunAsync(asked, request) is { } ack)
                    await AnswerAsync(request, ack);
                break;
            case LineEntry line when IsInPlace(line.Generation, line.Seq):
                await LineEvents.HandleAsync(Context(line.Generation, line.Seq, line.Ts), line.Line);
                connection.LastSeq = line.Seq;
                break;
            case EventEntry happened when happened.Event == LinkEvents.Unsent || happened.Generation > connection.Generation || IsInPlace(happened.Generation, happened.Seq):
                await ConnectionEvents.HandleAsync(Context(happened.Generation, happened.Seq, happened.Ts), happened);
                connection.LastSeq = Math.Max(connection.LastSeq, happened.Seq);
                break;
        }

        // What an older connection says is history; what has been handled was pushed twice.
        bool IsInPlace(long generation, long seq) => generation == connection.Generation && (redelivered || seq > connection.LastSeq);

        ParserContext Context(long generation, long seq, long ts) => new(
            on, _fence!, _writer!, connection, entry.Rid, generation, seq, redelivered,
            ts > 0 ? DateTimeOffset.FromUnixTimeMilliseconds(ts) : on.Time.GetUtcNow());
    }

    private async Task AnswerAsync(RequestEntry request, Ack ack)
    {
        if (request is not { Session: { } session, ReqId: { } reqId })
            return;
        var delivery = on.Outboxes.NewDelivery();
        delivery.Add(session, ack.ToJson(reqId));
        await delivery.FlushAsync();
    }
}

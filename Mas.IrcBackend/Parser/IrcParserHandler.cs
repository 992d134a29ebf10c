using Mas.Core.Model;
using Mas.Core.Protocol;
using Mas.Core.Queues;
using Mas.IrcBackend.Bridge;
using Mas.IrcBackend.Commands;
using Mas.IrcBackend.Events;
using Mas.IrcBackend.Protocol;
using Mas.IrcBackend.State;

namespace Mas.IrcBackend.Parser;

/// <summary>
/// The parser: handles one of the inboxes of IRC (<c>inbox:ircparser</c>), requests of sessions and lines and events of
/// connections. Those of one user and network stay in order. All of one network is in one inbox, since its channels and
/// nicks are shared by its users.
/// </summary>
internal sealed class IrcParserHandler(
    PartitionLease held, FencingToken fence, ParserDependencies on, NetworkListWriter networkList, PeopleSweep people, DeadLetters deadLetters)
    : PartitionedHandler<ParserEntry>(held, on.InboxProducer, deadLetters)
{
    private readonly RepeatedPosts _repeated = new(on.Time);
    private readonly ConversationWriter _writer = new(fence, on.Redis, on.Conversations, on.HistoryOptions, on.Time);

    /// <summary>The route of an entry; null when it can't be read.</summary>
    internal static string? RouteOf(byte[] json) => ParserEntry.FromJson(json).Entry?.Network;

    public override async Task StartAsync()
    {
        // What is not of one network is one inbox's work.
        if (Held.Partition.Index > 0)
            return;
        await networkList.WriteAsync();
        people.Begin(fence, Held.Lost);
    }

    protected override (ParserEntry? Message, string? Error) Read(byte[] json) => ParserEntry.FromJson(json);

    protected override string OrderingKeyOf(ParserEntry message) => $"{message.UserId}:{message.Network}";

    protected override string RouteOf(ParserEntry message) => message.Network;

    // A server's greeting is many lines, and so is lively talk: what they say in one window is posted at once.
    protected override bool Joins(ParserEntry previous, ParserEntry next) =>
        previous is LineEntry line && next is LineEntry nextLine && line.Generation == nextLine.Generation;

    protected override async Task HandleAsync(IReadOnlyList<Work<ParserEntry>> run)
    {
        fence.ThrowIfLost();
        var entry = run[0].Message;
        try
        {
            if (entry is LineEntry)
                await HandleLinesAsync(run);
            else
                await HandleAsync(entry, run[0].Redelivered);
        }
        catch
        {
            on.Connections.Forget(entry.User, entry.Network);
            throw;
        }
    }

    protected override Task FailAsync(ParserEntry message) => message is RequestEntry request
        ? AnswerAsync(request, Ack.Failed)
        : Task.CompletedTask;

    private async Task HandleAsync(ParserEntry entry, bool redelivered)
    {
        var connection = await on.Connections.GetAsync(entry.User, entry.Network);
        switch (entry)
        {
            case RequestEntry request:
                var asked = new ParserContext(on, fence, _writer, connection, entry.Rid, connection.Generation, 0, redelivered, on.Time.GetUtcNow());
                if (await RequestCommands.RunAsync(asked, request, _repeated) is { } ack)
                    await AnswerAsync(request, ack);
                await asked.FlushServerWindowAsync();
                break;
            case EventEntry happened when happened.Event is LinkEvents.Unsent or LinkEvents.Unsure or LinkEvents.Crowded || happened.Generation > connection.Generation
                || IsInPlace(connection, happened.Generation, happened.Seq, redelivered):
                var context = Context(connection, happened.Rid, happened.Generation, happened.Seq, redelivered, happened.Ts);
                await ConnectionEvents.HandleAsync(context, happened);
                await context.FlushServerWindowAsync();
                connection.LastSeq = Math.Max(connection.LastSeq, happened.Seq);
                break;
            case BatchEntry batch when IsInPlace(connection, batch.Generation, batch.Seq, redelivered):
                var heard = Context(connection, batch.Rid, batch.Generation, batch.Seq, redelivered, batch.Ts);
                await BatchEvents.HandleAsync(heard, batch);
                await heard.FlushServerWindowAsync();
                connection.LastSeq = Math.Max(connection.LastSeq, batch.Seq + batch.Lines.Count - 1);
                break;
        }
    }

    private async Task HandleLinesAsync(IReadOnlyList<Work<ParserEntry>> run)
    {
        var first = (LineEntry)run[0].Message;
        var connection = await on.Connections.GetAsync(first.User, first.Network);
        var context = Context(connection, first.Rid, first.Generation, first.Seq, run[0].Redelivered, first.Ts);
        var lines = new LineRun(context);
        foreach (var work in run)
        {
            var line = (LineEntry)work.Message;
            // A line that can't be read says nothing to anybody.
            if (!IsInPlace(connection, line.Generation, line.Seq, work.Redelivered) || !IrcMessage.TryParse(line.Line, out var message))
                continue;
            await lines.AddAsync(line, message);
            connection.LastSeq = line.Seq;
        }
        await lines.EndAsync();
        await context.FlushServerWindowAsync();
    }

    /// <summary>What an older connection says is history; what has been handled was pushed twice.</summary>
    private static bool IsInPlace(UserConnection connection, long generation, long seq, bool redelivered) =>
        generation == connection.Generation && (redelivered || seq > connection.LastSeq);

    private ParserContext Context(UserConnection connection, string rid, long generation, long seq, bool redelivered, long ts) => new(
        on, fence, _writer, connection, rid, generation, seq, redelivered,
        ts > 0 ? DateTimeOffset.FromUnixTimeMilliseconds(ts) : on.Time.GetUtcNow());

    private async Task AnswerAsync(RequestEntry request, Ack ack)
    {
        if (request is not { Session: { } session, ReqId: { } reqId })
            return;
        var delivery = on.Outboxes.NewDelivery(fence);
        delivery.Add(session, ack.ToJson(reqId));
        await delivery.FlushAsync();
    }
}

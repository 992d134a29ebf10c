using Mas.Core.Protocol;
using Mas.Core.Queues;
using Mas.IrcBackend.Bridge;
using Mas.IrcBackend.Commands;
using Mas.IrcBackend.Events;
using Mas.IrcBackend.State;

namespace Mas.IrcBackend.Parser;

/// <summary>Handles entries: drops what is out of date, runs what remains, and answers requests.</summary>
internal sealed class EntryHandler(
    UserConnections connections, RequestDispatcher requests, ConnectionEvents events, BatchEvents batches, LineDispatcher lines, NetsplitEvents netsplits,
    ChannelMessages channelMessages, ServerWindow serverWindow, Outboxes outboxes, FencingToken fence, TimeProvider time)
{
    /// <summary>Handles a request, an event or a batch.</summary>
    internal async Task HandleAsync(ParserEntry entry, bool redelivered)
    {
        var connection = await connections.GetAsync(entry.User, entry.Network);
        switch (entry)
        {
            case RequestEntry request:
                await RequestAsync(connection, request, redelivered);
                break;
            case EventEntry happened when IsCurrent(connection, happened, redelivered):
                var context = NewContext(connection, happened.Rid, happened.Generation, happened.Seq, redelivered, happened.Ts);
                await events.HandleAsync(context, happened);
                await serverWindow.FlushAsync(context);
                connection.LastSeq = Math.Max(connection.LastSeq, happened.Seq);
                break;
            case BatchEntry batch when IsCurrent(connection, batch.Generation, batch.Seq, redelivered):
                context = NewContext(connection, batch.Rid, batch.Generation, batch.Seq, redelivered, batch.Ts);
                await batches.HandleAsync(context, batch);
                await serverWindow.FlushAsync(context);
                connection.LastSeq = Math.Max(connection.LastSeq, batch.Seq + batch.Lines.Count - 1);
                break;
        }
    }

    /// <summary>Handles consecutive lines of one connection.</summary>
    internal async Task HandleLinesAsync(IReadOnlyList<Work<ParserEntry>> run)
    {
        var first = (LineEntry)run[0].Message;
        var connection = await connections.GetAsync(first.User, first.Network);
        var context = NewContext(connection, first.Rid, first.Generation, first.Seq, run[0].Redelivered, first.Ts);
        var lineRun = new LineRun(context, lines, netsplits, channelMessages);
        foreach (var (entry, redelivered) in run)
        {
            // A line that can't be parsed is ignored, as clients do.
            if (entry is not LineEntry line || !IsCurrent(connection, line.Generation, line.Seq, redelivered) || line.Message is not { } message)
                continue;
            await lineRun.AddAsync(line, message);
            connection.LastSeq = line.Seq;
        }
        await lineRun.FlushAsync();
        await serverWindow.FlushAsync(context);
    }

    /// <summary>Answers a request that can't be handled.</summary>
    internal Task FailAsync(ParserEntry entry) => entry is RequestEntry request ? AnswerAsync(request, Ack.Failed) : Task.CompletedTask;

    private async Task RequestAsync(UserConnection connection, RequestEntry request, bool redelivered)
    {
        var context = NewContext(connection, request.Rid, connection.Generation, 0, redelivered, 0);
        if (await requests.RunAsync(context, request) is { } ack)
            await AnswerAsync(request, ack);
        await serverWindow.FlushAsync(context);
    }

    // Events of newer connections count, and those that have no place in the sequence.
    private static bool IsCurrent(UserConnection connection, EventEntry entry, bool redelivered) =>
        entry.Event is ConnectionEventType.Unsent or ConnectionEventType.Unsure or ConnectionEventType.Crowded || entry.Generation > connection.Generation
        || IsCurrent(connection, entry.Generation, entry.Seq, redelivered);

    // What an older connection says is out of date; what has been handled was pushed twice.
    private static bool IsCurrent(UserConnection connection, long generation, long seq, bool redelivered) =>
        generation == connection.Generation && (redelivered || seq > connection.LastSeq);

    private ParserContext NewContext(UserConnection connection, string rid, long generation, long seq, bool redelivered, long ts) =>
        new(connection, rid, generation, seq, redelivered, ts > 0 ? DateTimeOffset.FromUnixTimeMilliseconds(ts) : time.GetUtcNow());

    private async Task AnswerAsync(RequestEntry request, Ack ack)
    {
        if (request is not { Session: { } session, ReqId: { } reqId })
            return;
        var delivery = outboxes.NewDelivery(fence);
        delivery.Add(session, ack.ToJson(reqId));
        await delivery.FlushAsync();
    }
}

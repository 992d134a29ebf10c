using Mas.Core.Model;
using Mas.Core.Protocol;
using Mas.Core.Queues;

namespace Mas.Server.Requests;

/// <summary>FETCH: older (or newer) messages of a window.</summary>
internal sealed class HistoryRequests(UserWindows windows, ConversationHistory history, Outboxes outboxes)
{
    private const int DefaultLimit = 100;
    private const int MaxLimit = 1000;

    internal async Task<Ack?> FetchAsync(RequestContext request)
    {
        var windowId = request.Read.WindowId();
        var before = request.Read.OptionalNumber("before", 0, long.MaxValue);
        var after = request.Read.OptionalNumber("after", 0, long.MaxValue);
        var limit = (int)(request.Read.OptionalNumber("limit", 1, MaxLimit) ?? DefaultLimit);
        if (request.Read.Problem is { } problem)
            return problem;
        // Through the outbox, behind ADD_USERS for authors whom the session does not know yet. Made before anything is read, so
        // that the flush confirms all that was read.
        var delivery = outboxes.NewDelivery();
        // Checked each time: who has left or was kicked must not read on.
        if (await windows.FindConversationAsync(request.Session.User, windowId) is not { } conversation)
            return Ack.NoWindow;
        var all = await history.GetNewestAsync(conversation, -1);
        var inRange = all.FindAll(message => (before is null || message.Message.Gid < before) && (after is null || message.Message.Gid > after));
        // The newest before a gid, or the oldest after one.
        var some = inRange.Count <= limit ? inRange : after is not null && before is null ? inRange[..limit] : inRange[^limit..];
        var more = inRange.Count > some.Count;
        var ack = new Ack(Status.Ok, Result: new HistoryPage(some, more));
        foreach (var author in some.Select(message => message.Message.UserId).Distinct())
            delivery.Mention(request.Session.Ref, author);
        delivery.Add(request.Session.Ref, ack.ToJson(request.ReqId));
        await delivery.FlushAsync();
        return null;
    }
}

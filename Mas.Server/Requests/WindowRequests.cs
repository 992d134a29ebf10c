using Mas.Core.Model;
using Mas.Core.Protocol;
using Mas.Core.Queues;

namespace Mas.Server.Requests;

/// <summary>UPDATE and SEEN: a user's settings of a window, sent to all of the user's sessions.</summary>
internal sealed class WindowRequests(UserWindows windows, Backends backends, Outboxes outboxes)
{
    private const int MaxRow = 1000;

    internal async Task<Ack?> UpdateAsync(RequestContext request)
    {
        var windowId = request.Read.WindowId();
        var sounds = request.Read.OptionalBool("sounds");
        var titleAlert = request.Read.OptionalBool("titleAlert");
        var visible = request.Read.OptionalBool("visible");
        var row = (int?)request.Read.OptionalNumber("row", 0, MaxRow);
        if (request.Read.Problem is { } problem)
            return problem;
        if (sounds is null && titleAlert is null && visible is null && row is null)
            return new Ack(Status.ParameterMissing, "Give at least one of 'sounds', 'titleAlert', 'visible' and 'row'.");
        if (!await windows.UpdateAsync(request.Session.User, windowId, sounds, titleAlert, visible, row))
            return Ack.NoWindow;
        await SendUpdateAsync(request, windowId, new WindowChanges { Sounds = sounds, TitleAlert = titleAlert, Visible = visible, Row = row });
        return Ack.Ok;
    }

    internal async Task<Ack?> SeenAsync(RequestContext request)
    {
        var windowId = request.Read.WindowId();
        var gid = request.Read.Number("gid", 0, 1L << 52);
        if (request.Read.Problem is { } problem)
            return problem;
        if (await windows.FindAsync(request.Session.User, windowId) is null)
            return Ack.NoWindow;
        if (await windows.MarkSeenAsync(request.Session.User, windowId, gid))
        {
            await SendUpdateAsync(request, windowId, new WindowChanges { Seen = gid });
            // Networks with read markers show them to the user's other clients.
            if (await backends.FindTargetAsync(request.Session, windowId) is { IsMas: false } target)
                await backends.TellIrcAsync(request.Session.User, "SEEN", target.Network, target.ConversationId, json => json.WriteNumber("gid", gid));
        }
        return Ack.Ok;
    }

    private Task SendUpdateAsync(RequestContext request, int windowId, WindowChanges changes) =>
        outboxes.SendToUserAsync(request.Session.User, Notifications.UpdateWindow(windowId, changes));
}

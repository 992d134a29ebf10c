using Mas.Core.Model;
using Mas.Core.Protocol;
using Mas.Core.Queues;

namespace Mas.Server.Requests;

/// <summary>SEND, COMMAND, EDIT, TYPING.</summary>
internal sealed class MessageRequests(
    Backends backends, TextCommands commands, Conversations conversations, Outboxes outboxes, LimitsOptions limits, TimeProvider time)
{
    private const int MaxRid = 100;
    private static readonly TimeSpan TypingInterval = TimeSpan.FromSeconds(3);

    internal async Task<Ack?> SendAsync(RequestContext request)
    {
        var windowId = request.Read.WindowId();
        var text = request.Read.Text("text", limits.TextChars, min: 1);
        var rid = request.Read.OptionalLine("rid", MaxRid);
        var retry = request.Read.OptionalBool("retry") ?? false;
        if (request.Read.Problem is { } problem)
            return problem;
        if (await backends.FindTargetAsync(request.Session, windowId) is not { } target)
            return Ack.NoWindow;
        if (!target.IsMas)
            return await backends.AskIrcAsync(request, target.Network, target.ConversationId);
        if (text.StartsWith('/') && !text.StartsWith("//", StringComparison.Ordinal))
        {
            var (name, parameters) = TextCommands.Split(text[1..]);
            return await commands.RunAsync(request, target, name, parameters, rid, retry);
        }
        var said = text.StartsWith("//", StringComparison.Ordinal) ? text[1..] : text;
        return await backends.AskAsync(request, new PostMessage(request.NewOrigin(), target.ConversationId.Value, Category.Message, said, rid, retry));
    }

    internal async Task<Ack?> CommandAsync(RequestContext request)
    {
        var windowId = request.Read.WindowId();
        var command = request.Read.OptionalLine("command", 50) ?? request.Read.Text("command", 50, min: 1);
        var parameters = request.Read.OptionalText("params", limits.TextChars) ?? "";
        if (request.Read.Problem is { } problem)
            return problem;
        if (await backends.FindTargetAsync(request.Session, windowId) is not { } target)
            return Ack.NoWindow;
        return target.IsMas
            ? await commands.RunAsync(request, target, command.ToLowerInvariant(), parameters.Trim(), null, false)
            : await backends.AskIrcAsync(request, target.Network, target.ConversationId);
    }

    internal async Task<Ack?> EditAsync(RequestContext request)
    {
        var windowId = request.Read.WindowId();
        var gid = request.Read.Number("gid", 1, long.MaxValue);
        var text = request.Read.Text("text", limits.TextChars);
        if (request.Read.Problem is { } problem)
            return problem;
        if (await backends.FindTargetAsync(request.Session, windowId) is not { } target)
            return Ack.NoWindow;
        return target.IsMas
            ? await backends.AskAsync(request, new EditMessage(request.NewOrigin(), target.ConversationId.Value, gid, text))
            : new Ack(Status.Error, "Messages on IRC cannot be edited.");
    }

    /// <summary>The server passes it on itself, since nothing of it is stored.</summary>
    internal async Task<Ack?> TypingAsync(RequestContext request)
    {
        var windowId = request.Read.WindowId();
        if (request.Read.Problem is { } problem)
            return problem;
        if (await backends.FindTargetAsync(request.Session, windowId) is not { } target)
            return Ack.NoWindow;
        var now = time.GetTimestamp();
        if (request.Session.TypingSentAt.TryGetValue(windowId, out var told) && time.GetElapsedTime(told, now) < TypingInterval)
            return Ack.Ok;
        request.Session.TypingSentAt[windowId] = now;
        if (!target.IsMas)
            return await backends.AskIrcAsync(request, target.Network, target.ConversationId);
        var user = request.Session.User;
        if (await conversations.GetRoleAsync(target.ConversationId, user) is null or Roles.Detached)
            return Ack.NoWindow;
        var delivery = outboxes.NewDelivery();
        foreach (var live in await conversations.GetLiveSessionsAsync(target.ConversationId))
        {
            if (live.Session.UserId == user)
                continue;
            delivery.Mention(live.Session, user);
            delivery.Add(live.Session, Notifications.Typing(live.WindowId, user));
        }
        await delivery.FlushAsync();
        return Ack.Ok;
    }
}

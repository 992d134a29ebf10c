using Mas.Core.Model;
using Mas.Core.Protocol;

namespace Mas.Loopback.Commands;

/// <summary>The lines in a history that say what commands did, such as a join. Each is posted once, under the request's rid.</summary>
internal sealed class EventLines(ConversationWriter writer, ConversationHistory history)
{
    /// <summary>Posts a line.</summary>
    internal async Task PostAsync(ConversationId id, BackendMessage cause, string cat, string body, CommandRun run)
    {
        var (user, rid) = (cause.Origin.User, cause.Origin.Rid);
        var result = await writer.PostAsync(id, [new NewMessage(user, cat, body, rid, run.Redelivered)]);
        run.Delivery.AddPosted(result, run.Redelivered);
    }

    /// <summary>Whether an earlier run of the command came as far as its line.</summary>
    internal async Task<bool> HasPostedAsync(ConversationId id, BackendMessage cause) =>
        await history.FindByRidAsync(id, cause.Origin.User, cause.Origin.Rid) is not null;
}

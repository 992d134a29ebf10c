using Mas.Core.Model;
using Mas.Core.Protocol;
using Mas.Core.Redis;

namespace Mas.Loopback.Commands;

/// <summary>CREATE: makes a group; its creator owns it.</summary>
internal static class CreateCommand
{
    internal static async Task<Ack?> RunAsync(CreateGroup create, CommandContext context)
    {
        var user = create.Origin.User;
        if (await JoinCommand.RefuseOneMoreWindowAsync(user, context) is { } refusal)
            return refusal;
        var (id, isNew) = await context.Writer.ClaimAsync(RedisKeys.GroupField(Networks.Mas, Networks.Fold(create.Name)), context.Part);
        if (!isNew && await context.On.Conversations.FindAsync(id) is { } existing)
        {
            if (!context.Redelivered || existing.Owner != user.Value)
                return new Ack(Status.ErrorExists, "There is a group of this name already.");
            // The own group, perhaps made by this very request before a crash: all that may be missing of it is the window.
            return CommandContext.Opened(await context.On.Lifecycle.OpenAsync(user, existing, context.FencingToken, context.Delivery));
        }
        if (!context.Part.Owns(id))
            return await context.HandOnAsync(create with { ConversationId = id.Value });
        var conversation = new Conversation(id, Conversation.Group, Networks.Mas, create.Name, "", create.Password, user.Value, 0);
        await context.Writer.SetMemberAsync(id, user, Roles.Owner);
        await context.Writer.CreateAsync(conversation);
        return CommandContext.Opened(await context.On.Lifecycle.OpenAsync(user, conversation, context.FencingToken, context.Delivery));
    }
}

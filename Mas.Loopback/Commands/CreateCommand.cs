using Mas.Core.Model;
using Mas.Core.Protocol;
using Mas.Core.Queues;
using Mas.Core.Redis;

namespace Mas.Loopback.Commands;

/// <summary>CREATE: makes a group; its creator owns it.</summary>
internal sealed class CreateCommand(
    PartitionLease held, Conversations conversations, ConversationWriter writer, MemberWindows windows, RequestForwarder forwarder) : Command<CreateGroup>
{
    protected override async Task<Ack?> RunAsync(CreateGroup create, CommandRun run)
    {
        var user = create.Origin.User;
        if (await windows.RefuseOneMoreAsync(user, run) is { } refusal)
            return refusal;
        var (id, isNew) = await writer.ClaimAsync(RedisKeys.GroupField(Networks.Mas, Networks.Fold(create.Name)), held.Partition);
        if (!isNew && await conversations.FindAsync(id) is { } existing)
        {
            if (!run.Redelivered || existing.Owner != user.Value)
                return new Ack(Status.ErrorExists, "A group with this name already exists. Choose another name.");
            // The user's own group, perhaps made by this very request before a crash: at most the window is missing.
            return await windows.AnswerOpenedAsync(user, existing, run);
        }
        if (!held.Partition.Owns(id))
            return await forwarder.ForwardAsync(create with { ConversationId = id.Value }, run);
        var conversation = new Conversation(id, Conversation.Group, Networks.Mas, create.Name, "", create.Password, user.Value, 0);
        await writer.SetMemberAsync(id, user, Roles.Owner);
        await writer.CreateAsync(conversation);
        return await windows.AnswerOpenedAsync(user, conversation, run);
    }
}

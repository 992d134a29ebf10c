using System.Security.Cryptography;
using System.Text;
using Mas.Core.Model;
using Mas.Core.Protocol;
using Mas.Core.Queues;
using Mas.Core.Redis;

namespace Mas.Loopback.Commands;

/// <summary>JOIN: makes a user a member of a group.</summary>
internal sealed class JoinCommand(
    PartitionLease held, Conversations conversations, ConversationWriter writer, Memberships memberships, MemberWindows windows, EventLines lines,
    RequestForwarder forwarder) : Command<JoinGroup>
{
    protected override async Task<Ack?> RunAsync(JoinGroup join, CommandRun run)
    {
        var user = join.Origin.User;
        if (await FindAsync(join) is not { IsMas: true, IsGroup: true } conversation)
            return new Ack(Status.NotFound, "There is no such group.");
        if (!held.Partition.Owns(conversation.Id))
            return await forwarder.ForwardAsync(join with { ConversationId = conversation.Id.Value }, run);
        var role = await conversations.GetRoleAsync(conversation.Id, user);
        // Of a redelivered join, the line says whether it was this one that made the user a member.
        if (role is not null && !(run.Redelivered && (join.Initial || await lines.HasPostedAsync(conversation.Id, join))))
            return new Ack(Status.AlreadyJoined, "You are already a member of this group.");
        var isOwner = conversation.Owner == user.Value;
        if (role is null)
        {
            if (!isOwner && !IsPassword(conversation.Password, join.Password))
                return new Ack(Status.IncorrectPassword, "Wrong group password.");
            if (await windows.RefuseOneMoreAsync(user, run) is { } refusal)
                return refusal;
        }
        if (!join.Initial)
            await lines.PostAsync(conversation.Id, join, Category.Join, "", run);
        await memberships.SetAsync(conversation.Id, new Dictionary<UserId, string> { [user] = role ?? (isOwner ? Roles.Owner : Roles.User) }, run);
        return await windows.AnswerOpenedAsync(user, conversation, run);
    }

    private async Task<Conversation?> FindAsync(JoinGroup join)
    {
        var conversation = join.ConversationId > 0 ? await conversations.FindAsync(new ConversationId(join.ConversationId)) : null;
        return conversation ?? (join.Initial ? await MakeInitialAsync(join) : null);
    }

    /// <summary>An initial group belongs to nobody.</summary>
    private async Task<Conversation> MakeInitialAsync(JoinGroup join)
    {
        var (id, _) = await writer.ClaimAsync(RedisKeys.GroupField(Networks.Mas, Networks.Fold(join.Name)), held.Partition);
        if (await conversations.FindAsync(id) is { } existing)
            return existing;
        var conversation = new Conversation(id, Conversation.Group, Networks.Mas, join.Name, "", "", "", 0);
        if (held.Partition.Owns(id))
            await writer.CreateAsync(conversation);
        return conversation;
    }

    private static bool IsPassword(string wanted, string given) =>
        wanted.Length == 0 || CryptographicOperations.FixedTimeEquals(Encoding.UTF8.GetBytes(wanted), Encoding.UTF8.GetBytes(given));
}

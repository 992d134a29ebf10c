using System.Security.Cryptography;
using System.Text;
using Mas.Core.Model;
using Mas.Core.Protocol;
using Mas.Core.Redis;

namespace Mas.Loopback.Commands;

/// <summary>JOIN: makes a user a member of a group.</summary>
internal static class JoinCommand
{
    private static readonly Ack NoGroup = new(Status.NotFound, "There is no such group.");

    internal static async Task<Ack?> RunAsync(JoinGroup join, CommandContext context)
    {
        var user = join.Origin.User;
        if (await FindAsync(join, context) is not { IsMas: true, IsGroup: true } conversation)
            return NoGroup;
        if (!context.Part.Owns(conversation.Id))
            return await context.HandOnAsync(join with { ConversationId = conversation.Id.Value });
        var role = await context.On.Conversations.GetRoleAsync(conversation.Id, user);
        // Of a join that is delivered again, the line tells whether it was this one that made the user a member.
        if (role is not null && !(context.Redelivered && (join.Initial || await context.HasPostedAsync(conversation.Id, join))))
            return new Ack(Status.AlreadyJoined, "You are a member of this group already.");
        var isOwner = conversation.Owner == user.Value;
        if (role is null)
        {
            if (!isOwner && !SamePassword(conversation.Password, join.Password))
                return new Ack(Status.IncorrectPassword, "The group's password is another one.");
            if (await RefuseOneMoreWindowAsync(user, context) is { } refusal)
                return refusal;
        }
        if (!join.Initial)
            await context.PostLineAsync(conversation.Id, join, Category.Join, "");
        if (role is null)
        {
            role = isOwner ? Roles.Owner : Roles.User;
            await context.Writer.SetMemberAsync(conversation.Id, user, role);
        }
        await context.Writer.TellMembersAsync(conversation.Id, new Dictionary<UserId, string> { [user] = role }, context.Delivery);
        return CommandContext.Opened(await context.On.Lifecycle.OpenAsync(user, conversation, context.FencingToken, context.Delivery));
    }

    /// <summary>Refuses when the user has as many windows as allowed (<c>maxwindows</c>).</summary>
    internal static async Task<Ack?> RefuseOneMoreWindowAsync(UserId user, CommandContext context)
    {
        var most = context.On.Users.GetMaxWindowsAsync(user);
        var count = context.On.Windows.CountAsync(user);
        await Task.WhenAll(most, count);
        return count.Result >= most.Result && !context.Redelivered
            ? new Ack(Status.Error, $"You have {count.Result} windows, which is as many as allowed. Close one first.")
            : null;
    }

    private static async Task<Conversation?> FindAsync(JoinGroup join, CommandContext context)
    {
        if (join.ConversationId > 0)
            return await context.On.Conversations.FindAsync(new ConversationId(join.ConversationId)) ?? (join.Initial ? await MakeInitialAsync(join, context) : null);
        return join.Initial ? await MakeInitialAsync(join, context) : null;
    }

    /// <summary>An initial group belongs to nobody.</summary>
    private static async Task<Conversation> MakeInitialAsync(JoinGroup join, CommandContext context)
    {
        var (id, _) = await context.Writer.ClaimAsync(RedisKeys.GroupField(Networks.Mas, Networks.Fold(join.Name)), context.Part);
        if (await context.On.Conversations.FindAsync(id) is { } existing)
            return existing;
        var conversation = new Conversation(id, Conversation.Group, Networks.Mas, join.Name, "", "", "", 0);
        if (!context.Part.Owns(id))
            return conversation;
        await context.Writer.CreateAsync(conversation);
        return conversation;
    }

    private static bool SamePassword(string wanted, string given) =>
        wanted.Length == 0 || CryptographicOperations.FixedTimeEquals(Encoding.UTF8.GetBytes(wanted), Encoding.UTF8.GetBytes(given));
}

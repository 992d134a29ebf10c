using Mas.Core.Model;
using Mas.Core.Protocol;
using Mas.Core.Redis;

namespace Mas.Loopback.Commands;

/// <summary>CHAT: opens the 1on1 with another user. The other one sees nothing of it until something is said.</summary>
internal static class ChatCommand
{
    internal static async Task<Ack?> RunAsync(OpenChat chat, CommandContext context)
    {
        var user = chat.Origin.User;
        if (!UserId.TryParse(chat.Peer, out var peer) || peer.IsIrc || peer == user || !await context.On.Users.IsInUseAsync(peer))
            return new Ack(Status.NotFound, "There is no such user.");
        var (id, _) = await context.Writer.ClaimAsync(RedisKeys.OneOnOneField(Networks.Mas, user, peer), context.Part);
        if (!context.Part.Owns(id))
            return await context.HandOnAsync(chat with { ConversationId = id.Value });
        var members = await context.On.Conversations.GetMembersAsync(id);
        var isNewHere = members.GetValueOrDefault(user) is null or Roles.Detached;
        if (isNewHere && await JoinCommand.RefuseOneMoreWindowAsync(user, context) is { } refusal)
            return refusal;
        if (!members.ContainsKey(peer))
            await context.Writer.SetMemberAsync(id, peer, Roles.Detached);
        if (isNewHere)
            await context.Writer.SetMemberAsync(id, user, Roles.User);
        var conversation = await context.On.Conversations.FindAsync(id);
        if (conversation is null)
        {
            conversation = new Conversation(id, Conversation.OneOnOne, Networks.Mas, "", "", "", "", 0);
            await context.Writer.CreateAsync(conversation);
        }
        if (isNewHere || context.Redelivered)
            await context.Writer.TellMembersAsync(id, new Dictionary<UserId, string> { [user] = Roles.User }, context.Delivery);
        var windowId = isNewHere || context.Redelivered || await context.On.Windows.FindWindowIdAsync(user, id) is not { } open
            ? await context.On.Lifecycle.OpenAsync(user, conversation, context.FencingToken, context.Delivery)
            : open;
        if (chat.Text is { } text)
        {
            if (await PostCommand.AttachPeersAsync(context.On, context.Writer, id, isDetached: !context.Redelivered, except: user, context.FencingToken, context.Delivery) is { } closed)
                return closed;
            // The client may send it again, and the first attempt come last.
            var message = new NewMessage(user, Category.Message, text, chat.ClientRid ?? chat.Origin.Rid, context.Redelivered || chat.ClientRid is not null);
            var result = await context.Writer.PostAsync(id, [message]);
            context.Delivery.AddPosted(result.Messages[0]!.Value, result.Live, context.Redelivered);
        }
        return CommandContext.Opened(windowId);
    }
}

using Mas.Core.Model;
using Mas.Core.Protocol;
using Mas.Core.Queues;
using Mas.Core.Redis;

namespace Mas.Loopback.Commands;

/// <summary>CHAT: opens the one-on-one with another user. The peer sees nothing of it until something is said.</summary>
internal sealed class ChatCommand(
    PartitionLease held, Users users, Conversations conversations, UserWindows userWindows, ConversationWriter writer, ConversationNotifier notifier,
    MemberWindows windows, OneOnOnePeers peers, RequestForwarder forwarder) : Command<OpenChat>
{
    protected override async Task<Ack?> RunAsync(OpenChat chat, CommandRun run)
    {
        var user = chat.Origin.User;
        if (!UserId.TryParse(chat.Peer, out var peer) || peer.IsIrc || peer == user || !await users.IsInUseAsync(peer))
            return new Ack(Status.NotFound, "There is no such user.");
        var (id, _) = await writer.ClaimAsync(RedisKeys.OneOnOneField(Networks.Mas, user, peer), held.Partition);
        if (!held.Partition.Owns(id))
            return await forwarder.ForwardAsync(chat with { ConversationId = id.Value }, run);
        var members = await conversations.GetMembersAsync(id);
        var isNewHere = members.GetValueOrDefault(user) is null or Roles.Detached;
        if (isNewHere && await windows.RefuseOneMoreAsync(user, run) is { } refusal)
            return refusal;
        if (!members.ContainsKey(peer))
            await writer.SetMemberAsync(id, peer, Roles.Detached);
        if (isNewHere)
            await writer.SetMemberAsync(id, user, Roles.User);
        var conversation = await conversations.FindAsync(id);
        if (conversation is null)
        {
            conversation = new Conversation(id, Conversation.OneOnOne, Networks.Mas, "", "", "", "", 0);
            await writer.CreateAsync(conversation);
        }
        if (isNewHere || run.Redelivered)
            await notifier.MembersChangedAsync(id, new Dictionary<UserId, string> { [user] = Roles.User }, run.Delivery);
        var windowId = isNewHere || run.Redelivered || await userWindows.FindWindowIdAsync(user, id) is not { } open
            ? await windows.OpenAsync(user, conversation, run)
            : open;
        return chat.Text is { } text && await SayAsync(id, chat, text, run) is { } closed ? closed : MemberWindows.Opened(windowId);
    }

    /// <returns>Null, or why nothing can be said.</returns>
    private async Task<Ack?> SayAsync(ConversationId id, OpenChat chat, string text, CommandRun run)
    {
        var user = chat.Origin.User;
        if (await (run.Redelivered ? peers.AttachAgainAsync(id, user, run) : peers.AttachAsync(id, run)) is { } closed)
            return closed;
        // With a rid the client may send it again, and the first attempt may arrive last.
        var message = new NewMessage(user, Category.Message, text, chat.ClientRid ?? chat.Origin.Rid, run.Redelivered || chat.ClientRid is not null);
        run.Delivery.AddPosted(await writer.PostAsync(id, [message]), run.Redelivered);
        return null;
    }
}

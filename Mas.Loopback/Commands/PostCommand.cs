using System.Diagnostics.Metrics;
using Mas.Core.Hosting;
using Mas.Core.Model;
using Mas.Core.Protocol;
using Mas.Core.Queues;

namespace Mas.Loopback.Commands;

/// <summary>SEND: says something. The one command that handles many messages of a conversation at once.</summary>
internal static class PostCommand
{
    private static readonly Counter<long> Posted =
        MasMeter.Meter.CreateCounter<long>("mas_messages_posted", description: "Messages posted to MAS conversations");

    internal static async Task RunAsync(LoopbackDependencies on, ConversationWriter writer, IReadOnlyList<Work<BackendMessage>> run, Fence fence, Delivery delivery)
    {
        var id = ((PostMessage)run[0].Message).Id;
        // Everything that does not depend on another answer goes out together: one round trip.
        var gids = on.Conversations.ReserveGidsAsync(run.Count);
        var found = on.Conversations.FindAsync(id);
        var authors = run.Select(work => work.Message.Origin.User).Distinct().ToList();
        var roles = on.Conversations.GetRolesAsync(id, authors);
        await Task.WhenAll(gids, found, roles);
        var members = authors.Where((_, i) => roles.Result[i] is not (null or Roles.Detached)).ToHashSet();
        var conversation = found.Result;

        var accepted = new List<(PostMessage Post, NewMessage Message)>(run.Count);
        foreach (var work in run)
        {
            var post = (PostMessage)work.Message;
            if (conversation is not { IsMas: true } || !members.Contains(post.Origin.User))
                LoopbackHandler.Answer(delivery, post.Origin, Ack.NoWindow);
            else if (!conversation.IsGroup && await AttachPeerAsync(on, writer, conversation, post.Origin.User, work.Redelivered, fence, delivery) is { } refusal)
                LoopbackHandler.Answer(delivery, post.Origin, refusal);
            else
                accepted.Add((post, ToMessage(post, work.Redelivered)));
        }
        if (accepted.Count == 0)
            return;
        var posted = await writer.PostAsync(id, accepted.ConvertAll(pair => pair.Message), gids.Result, delivery);
        for (var i = 0; i < accepted.Count; i++)
        {
            if (accepted[i].Post is { Echo: true, Origin: { Session: { } session, ReqId: { } reqId } })
                delivery.Add(session, Ack.Sent(reqId, posted[i].Gid, posted[i].Ts));
        }
        Posted.Add(accepted.Count);
    }

    private static NewMessage ToMessage(PostMessage post, bool redelivered) => new(
        post.Origin.User, post.Cat, post.Text, post.ClientRid ?? post.Origin.Rid,
        MayBeThere: post.Retry || redelivered, redelivered, post.Echo ? null : post.Origin.Session, post.Echo ? null : post.Origin.ReqId);

    /// <summary>Brings the peer of an 1on1 back who has closed the window.</summary>
    /// <returns>Null, or why nothing can be said there.</returns>
    internal static async Task<Ack?> AttachPeerAsync(
        LoopbackDependencies on, ConversationWriter writer, Conversation conversation, UserId author, bool redelivered, Fence fence, Delivery delivery)
    {
        var members = await on.Conversations.GetMembersAsync(conversation.Id);
        foreach (var (peer, role) in members)
        {
            // After a crash the peer may have been made a member again and not have the window yet.
            if (peer == author || (role != Roles.Detached && !redelivered))
                continue;
            if (!await on.Users.IsInUseAsync(peer))
                return new Ack(Status.NotFound, "This account is closed.");
            await writer.SetMemberAsync(conversation.Id, peer, Roles.User);
            await writer.TellMembersAsync(conversation.Id, new Dictionary<UserId, string> { [peer] = Roles.User }, delivery);
            await on.Lifecycle.OpenAsync(peer, conversation, fence, delivery);
        }
        return null;
    }
}

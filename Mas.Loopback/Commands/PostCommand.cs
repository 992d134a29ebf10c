using System.Diagnostics.Metrics;
using Mas.Core.Model;
using Mas.Core.Protocol;
using Mas.Core.Queues;
using Mas.Core.Telemetry;

namespace Mas.Loopback.Commands;

/// <summary>SEND: says something. The one command that handles many messages of a conversation at once.</summary>
internal static class PostCommand
{
    private static readonly Counter<long> Posted =
        MasMeter.Meter.CreateCounter<long>("mas.messages.posted", "{message}", "Messages posted to MAS conversations");

    internal static async Task RunAsync(LoopbackDependencies on, ConversationWriter writer, IReadOnlyList<Work<BackendMessage>> run, RepeatedPosts repeated, FencingToken fence, Delivery delivery)
    {
        var id = ((PostMessage)run[0].Message).Id;
        if (await on.Conversations.FindKindAsync(id) is not { Network: Networks.Mas } kind)
        {
            foreach (var work in run)
                LoopbackHandler.Answer(delivery, work.Message.Origin, Ack.NoWindow);
            return;
        }
        var said = run.Select(work => (Post: (PostMessage)work.Message, Message: ToMessage(work, repeated))).ToList();
        if (await writer.TrySayAsync(id, said.ConvertAll(pair => pair.Message), nobodyIsDetached: !kind.IsGroup, delivery) is { } all)
        {
            Answer(said, all, delivery);
            return;
        }
        // What does not depend on another answer goes out together: one round trip.
        var gids = on.Conversations.ReserveGidsAsync(run.Count);
        var members = kind.IsGroup ? await GetAuthorsAsync(on, id, run) : await on.Conversations.GetMembersAsync(id);

        var peerIsThere = kind.IsGroup;
        var accepted = new List<(PostMessage Post, NewMessage Message)>(run.Count);
        foreach (var (post, message) in said)
        {
            var refusal = members.GetValueOrDefault(post.Origin.User) is null or Roles.Detached ? Ack.NoWindow
                : peerIsThere ? null
                : await AttachPeerAsync(on, writer, id, members, post.Origin.User, message.Redelivered, fence, delivery);
            if (refusal is null)
            {
                accepted.Add((post, message));
                peerIsThere = true;
            }
            else
            {
                await RefuseAsync(on, id, post, message, refusal, delivery);
            }
        }
        if (accepted.Count == 0)
            return;
        Answer(accepted, await writer.PostAsync(id, accepted.ConvertAll(pair => pair.Message), await gids, delivery), delivery);
    }

    private static NewMessage ToMessage(Work<BackendMessage> work, RepeatedPosts repeated)
    {
        var post = (PostMessage)work.Message;
        var isRepeated = repeated.MayBeThere(post.Origin.User, post.ClientRid, post.Retry);
        return new(
            post.Origin.User, post.Cat, post.Text, post.ClientRid ?? post.Origin.Rid,
            MayBeThere: isRepeated || work.Redelivered, work.Redelivered, post.Echo ? null : post.Origin.Session, post.Echo ? null : post.Origin.ReqId);
    }

    /// <summary>Answers those who get the message itself, too; the others' ACK stands in its place.</summary>
    private static void Answer(List<(PostMessage Post, NewMessage Message)> said, IReadOnlyList<ChatMessage> posted, Delivery delivery)
    {
        for (var i = 0; i < said.Count; i++)
        {
            if (said[i].Post is { Echo: true, Origin: { Session: { } session, ReqId: { } reqId } })
                delivery.Add(session, Ack.Sent(reqId, posted[i].Gid, posted[i].Ts));
        }
        Posted.Add(said.Count);
    }

    /// <summary>
    /// Answers what can't be said here any more. When it has been said already, before its author left or was put out, it
    /// is acknowledged as it was then: two answers to one request must not differ.
    /// </summary>
    private static async Task RefuseAsync(LoopbackDependencies on, ConversationId id, PostMessage post, NewMessage message, Ack refusal, Delivery delivery)
    {
        if (message.MayBeThere && post.Origin is { Session: { } session, ReqId: { } reqId }
            && await on.History.FindByRidAsync(id, message.Author, message.Rid) is { } said)
            delivery.Add(session, Ack.Sent(reqId, said.Gid, said.Ts));
        else
            LoopbackHandler.Answer(delivery, post.Origin, refusal);
    }

    private static async Task<IReadOnlyDictionary<UserId, string>> GetAuthorsAsync(LoopbackDependencies on, ConversationId id, IReadOnlyList<Work<BackendMessage>> run)
    {
        var authors = run.Select(work => work.Message.Origin.User).Distinct().ToList();
        var roles = await on.Conversations.GetRolesAsync(id, authors);
        return authors.Zip(roles).Where(pair => pair.Second is not null).ToDictionary(pair => pair.First, pair => pair.Second!);
    }

    /// <summary>Brings the peer of an 1on1 back who has closed the window.</summary>
    /// <returns>Null, or why nothing can be said there.</returns>
    internal static async Task<Ack?> AttachPeerAsync(
        LoopbackDependencies on, ConversationWriter writer, ConversationId id, IReadOnlyDictionary<UserId, string> members, UserId author,
        bool redelivered, FencingToken fence, Delivery delivery)
    {
        foreach (var (peer, role) in members)
        {
            // After a crash the peer may have been made a member again and not have the window yet.
            if (peer == author || (role != Roles.Detached && !redelivered))
                continue;
            if (!await on.Users.IsInUseAsync(peer))
                return new Ack(Status.NotFound, "This account is closed.");
            await writer.SetMemberAsync(id, peer, Roles.User);
            await writer.TellMembersAsync(id, new Dictionary<UserId, string> { [peer] = Roles.User }, delivery);
            await on.Lifecycle.OpenAsync(peer, (await on.Conversations.FindAsync(id))!, fence, delivery);
        }
        return null;
    }
}

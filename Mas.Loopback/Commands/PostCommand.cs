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
        var posts = run.Select(work => (Request: (PostMessage)work.Message, work.Redelivered)).ToList();
        var id = posts[0].Request.Id;
        if (await on.Conversations.FindKindAsync(id) is not { Network: Networks.Mas } kind)
        {
            posts.ForEach(post => LoopbackHandler.Answer(delivery, post.Request.Origin, Ack.NoWindow));
            return;
        }
        var messages = posts.ConvertAll(post => ToMessage(post.Request, post.Redelivered, repeated));
        var refusal = Ack.NoWindow;
        var result = await writer.PostAsync(id, messages, kind.IsGroup ? RequiredMembers.Authors : RequiredMembers.Everyone);
        if (result == PostResult.MemberDetached)
        {
            if (await AttachPeersAsync(on, writer, id, isDetached: true, except: null, fence, delivery) is { } closed)
                (refusal, result) = (closed, await FindAsync(on, id, messages));
            else
                result = await writer.PostAsync(id, messages, RequiredMembers.Authors);
        }
        for (var i = 0; i < posts.Count; i++)
            Answer(posts[i].Request, posts[i].Redelivered, result.Messages[i], result.Live, refusal, delivery);
        // After a crash the peer may have been attached and have no window yet.
        if (!kind.IsGroup && posts.FindIndex(post => post.Redelivered) is >= 0 and var index && result.Messages[index] is not null)
            await AttachPeersAsync(on, writer, id, isDetached: false, except: messages[index].Author, fence, delivery);
    }

    /// <summary>Attaches members of an 1on1 again, and gives them the window.</summary>
    /// <param name="on">The dependencies.</param>
    /// <param name="writer">The writer.</param>
    /// <param name="id">The conversation.</param>
    /// <param name="isDetached">Whether only those who are detached.</param>
    /// <param name="except">Who has the window in any case.</param>
    /// <param name="fence">The lease.</param>
    /// <param name="delivery">Collects the notifications.</param>
    /// <returns>Null, or why nothing can be said there.</returns>
    internal static async Task<Ack?> AttachPeersAsync(
        LoopbackDependencies on, ConversationWriter writer, ConversationId id, bool isDetached, UserId? except, FencingToken fence, Delivery delivery)
    {
        foreach (var (peer, role) in await on.Conversations.GetMembersAsync(id))
        {
            if (peer == except || (isDetached && role != Roles.Detached))
                continue;
            if (!await on.Users.IsInUseAsync(peer))
                return new Ack(Status.NotFound, "This account is closed.");
            await writer.SetMemberAsync(id, peer, Roles.User);
            await writer.TellMembersAsync(id, new Dictionary<UserId, string> { [peer] = Roles.User }, delivery);
            await on.Lifecycle.OpenAsync(peer, (await on.Conversations.FindAsync(id))!, fence, delivery);
        }
        return null;
    }

    private static NewMessage ToMessage(PostMessage post, bool redelivered, RepeatedPosts repeated)
    {
        var rid = string.IsNullOrEmpty(post.ClientRid) ? post.Origin.Rid : post.ClientRid;
        return new(post.Origin.User, post.Cat, post.Text, rid, redelivered || repeated.MayBeThere(post.Origin.User, post.ClientRid, post.Retry));
    }

    /// <summary>What earlier attempts have posted, where nothing can be posted any more.</summary>
    private static async Task<PostResult> FindAsync(LoopbackDependencies on, ConversationId id, List<NewMessage> messages)
    {
        var found = new PostedMessage?[messages.Count];
        for (var i = 0; i < found.Length; i++)
        {
            if (messages[i].IsRepeated && await on.History.FindByRidAsync(id, messages[i].Author, messages[i].Rid) is { } stored)
                found[i] = new PostedMessage(stored, IsNew: false);
        }
        return new PostResult(found, []);
    }

    private static void Answer(PostMessage request, bool redelivered, PostedMessage? posted, IReadOnlyList<LiveSession> live, Ack refusal, Delivery delivery)
    {
        if (posted is not { } message)
        {
            LoopbackHandler.Answer(delivery, request.Origin, refusal);
            return;
        }
        PendingAck? sender = request.Origin is { Session: { } session, ReqId: { } reqId } ? new PendingAck(session, reqId) : null;
        delivery.AddPosted(message, live, redelivered, request.Echo ? null : sender);
        if (request.Echo && sender is { } echoed)
            delivery.AddAck(echoed, message.Message);
        Posted.Add(1);
    }
}

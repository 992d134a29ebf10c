using System.Diagnostics.Metrics;
using Mas.Core.Model;
using Mas.Core.Protocol;
using Mas.Core.Queues;
using Mas.Core.Telemetry;

namespace Mas.Loopback.Commands;

/// <summary>SEND: says something. The one command that handles many requests of a conversation at once.</summary>
internal sealed class PostCommand(
    Conversations conversations, ConversationHistory history, ConversationWriter writer, OneOnOnePeers peers, RepeatedPosts repeated)
{
    private static readonly Counter<long> Posted =
        MasMeter.Meter.CreateCounter<long>("mas.messages.posted", "{message}", "Messages posted to MAS conversations");

    /// <summary>Posts what requests of one conversation say, and answers them.</summary>
    /// <param name="works">The requests, each a <see cref="PostMessage"/>.</param>
    /// <param name="delivery">What takes the answers and the messages.</param>
    internal async Task RunAsync(IReadOnlyList<Work<BackendMessage>> works, Delivery delivery)
    {
        var id = ((PostMessage)works[0].Message).Id;
        if (await conversations.FindKindAsync(id) is not { Network: Networks.Mas } kind)
        {
            foreach (var work in works)
                delivery.AddAck(work.Message.Origin, Ack.NoWindow);
            return;
        }
        var messages = works.Select(ToMessage).ToList();
        var refusal = Ack.NoWindow;
        var result = await writer.PostAsync(id, messages, kind.IsGroup ? RequiredMembers.Authors : RequiredMembers.Everyone);
        if (result == PostResult.MemberDetached)
        {
            if (await peers.AttachAsync(id, new CommandRun(delivery, Redelivered: false)) is { } closed)
                (refusal, result) = (closed, await FindAsync(id, messages));
            else
                result = await writer.PostAsync(id, messages, RequiredMembers.Authors);
        }
        for (var i = 0; i < works.Count; i++)
            Answer(works[i], result.Messages[i], result.Live, refusal, delivery);
        for (var i = 0; i < works.Count && !kind.IsGroup; i++)
        {
            if (works[i].Redelivered && result.Messages[i] is not null)
            {
                await peers.AttachAgainAsync(id, messages[i].Author, new CommandRun(delivery, Redelivered: true));
                break;
            }
        }
    }

    private NewMessage ToMessage(Work<BackendMessage> work)
    {
        var (post, origin) = ((PostMessage)work.Message, work.Message.Origin);
        var isRepeated = work.Redelivered || repeated.MayBeThere(origin.User, post.ClientRid, post.Retry);
        return new(origin.User, post.Cat, post.Text, string.IsNullOrEmpty(post.ClientRid) ? origin.Rid : post.ClientRid, isRepeated);
    }

    /// <summary>What earlier attempts have posted, where nothing can be posted any more: two answers to one request must not differ.</summary>
    private async Task<PostResult> FindAsync(ConversationId id, List<NewMessage> messages)
    {
        var found = new PostedMessage?[messages.Count];
        for (var i = 0; i < found.Length; i++)
        {
            if (messages[i].IsRepeated && await history.FindByRidAsync(id, messages[i].Author, messages[i].Rid) is { } stored)
                found[i] = new PostedMessage(stored, IsNew: false);
        }
        return new PostResult(found, []);
    }

    private static void Answer(Work<BackendMessage> work, PostedMessage? posted, IReadOnlyList<LiveSession> live, Ack refusal, Delivery delivery)
    {
        var (request, sender) = ((PostMessage)work.Message, work.Message.Origin.PendingAck);
        if (posted is not { } message)
        {
            delivery.AddAck(request.Origin, refusal);
            return;
        }
        delivery.AddPosted(message, live, work.Redelivered, request.Echo ? null : sender);
        if (request.Echo && sender is { } echoed)
            delivery.AddSent(echoed, message.Message);
        Posted.Add(1);
    }
}

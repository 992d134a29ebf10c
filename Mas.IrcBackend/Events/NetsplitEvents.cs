using Mas.Core.Model;
using Mas.Core.Protocol;
using Mas.IrcBackend.Protocol;
using Mas.IrcBackend.State;

namespace Mas.IrcBackend.Events;

/// <summary>
/// Netsplits: many quit at once, which is one message in each channel. QUITs that come together are handled together; when more
/// follow, the message is edited.
/// </summary>
internal sealed class NetsplitEvents(
    IrcUsers ircUsers, Conversations conversations, ConversationAccess access, ChannelDeduplicators deduplicators, ChannelMembers members,
    EntryPoster poster, ConversationHistory history, ConversationWriter writer, ConversationNotifier notifier)
{
    /// <summary>Whether a line is a QUIT of a netsplit.</summary>
    internal static bool IsPartOf(IrcMessage message) => message is { Command: "QUIT", Source: not null } && Netsplit.IsSplit(message.Last);

    /// <summary>A netsplit batch; its parameters are the servers.</summary>
    internal Task BatchAsync(ParserContext context, IrcBatch batch) => QuitAsync(
        context, string.Join(' ', batch.Parameters), [.. batch.Messages.Where(message => message.Command == "QUIT").Select(message => message.Source?.Nick).OfType<string>()]);

    /// <summary>These nicks have quit.</summary>
    /// <param name="context">The entry of the last QUIT.</param>
    /// <param name="servers">The two servers.</param>
    /// <param name="nicks">The nicks.</param>
    internal async Task QuitAsync(ParserContext context, string servers, IReadOnlyList<string> nicks)
    {
        var mapping = context.Connection.Mapping;
        nicks = [.. nicks.Where(nick => !context.Connection.IsMe(nick)).Distinct(mapping)];
        if (nicks.Count == 0)
            return;
        var users = await ircUsers.FindAsync(context.Connection, nicks);
        var known = new List<Quitter>();
        for (var i = 0; i < nicks.Count; i++)
        {
            if (users[i] is { } user)
                known.Add(new Quitter(nicks[i], mapping.Fold(nicks[i]), user));
        }
        foreach (var channel in context.Connection.Channels.Values.ToList())
            await access.InChannelAsync(context, channel.Id, (scope, dedup) => QuitAsync(scope, dedup, servers, known));
    }

    private async Task QuitAsync(ConversationScope scope, ChannelDeduplicator dedup, string servers, List<Quitter> known)
    {
        var context = scope.Context;
        var roles = await conversations.GetRolesAsync(scope.Id, known.ConvertAll(one => one.User));
        var found = dedup.Netsplits.Find(servers, context.At);
        var gone = known.Where((one, i) => (roles[i] is not null || IsBegun(one)) && dedup.IsNewLeave(context.User, one.Folded, context.At)).ToList();
        if (gone.Count == 0)
            return;
        // A healed split continues only for redelivered QUITs of its own; others begin a new one.
        var continues = found is not null && (!found.IsHealed || gone.Exists(IsBegun));
        var split = found is not null && continues ? found : dedup.Netsplits.Begin(servers, context.Rid, context.At);
        foreach (var (nick, folded, _) in gone)
            split.Add(nick, folded, context.At);
        await deduplicators.SaveNetsplitsAsync(scope.Id, dedup);
        await TellAsync(scope, split, continues);
        await members.RemoveAsync(scope, gone.ConvertAll(one => one.User));

        // An earlier delivery may have removed the member without sessions having been told.
        bool IsBegun(Quitter one) => context.Redelivered && found?.Has(one.Folded) == true;
    }

    private async Task TellAsync(ConversationScope scope, ChannelNetsplit split, bool continues)
    {
        var context = scope.Context;
        var text = Netsplit.Describe(split.Servers, split.Nicks);
        var posted = continues
            ? await history.FindByRidAsync(scope.Id, UserId.Server, split.Rid)
            : null;
        // A message that is right and was never edited is told again as it was posted: an edit would be newer than messages that
        // may not have been told yet.
        if (posted is not null && (posted.Message.Body != text || posted.Message.Status == ChatMessage.Edited))
        {
            if (await writer.EditAsync(scope.Id, posted, text) is { } edited)
                await notifier.MessageChangedAsync(scope.Id, edited, scope.Delivery);
            return;
        }
        await poster.PostAsync(scope, [new NewMessage(UserId.Server, Category.Info, text, split.Rid, posted is not null, context.At.ToUnixTimeSeconds())]);
    }

    private readonly record struct Quitter(string Nick, string Folded, UserId User);
}

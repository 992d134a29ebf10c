using Mas.Core.Model;
using Mas.IrcBackend.Protocol;

namespace Mas.IrcBackend.Events;

/// <summary>
/// A netsplit: many quit at once, which is one line in each channel. What comes in one go is handled in one go; when more of
/// them follow, the line is changed.
/// </summary>
internal static class SplitEvents
{
    /// <summary>Whether a line is a QUIT of a split.</summary>
    internal static bool IsOf(IrcMessage message) => message is { Command: "QUIT", Source: not null } && Netsplit.IsSplit(message.Last);

    /// <summary>A batch of QUITs (netsplit); its parameters are the servers.</summary>
    internal static Task BatchAsync(ParserContext context, IrcBatch batch) => QuitAsync(
        context, string.Join(' ', batch.Parameters), [.. batch.Messages.Where(message => message.Command == "QUIT").Select(message => message.Source?.Nick).OfType<string>()]);

    /// <summary>These have quit.</summary>
    /// <param name="context">The entry of the last of them.</param>
    /// <param name="servers">The two servers.</param>
    /// <param name="nicks">Who.</param>
    internal static async Task QuitAsync(ParserContext context, string servers, IReadOnlyList<string> nicks)
    {
        var mapping = context.Connection.Mapping;
        nicks = [.. nicks.Where(nick => !context.Connection.IsMe(nick)).Distinct(mapping)];
        if (nicks.Count == 0)
            return;
        var users = await context.On.People.FindAsync(context.Network, mapping, nicks);
        foreach (var channel in context.Connection.Channels.Values.ToList())
        {
            await context.InChannelAsync(channel.Id, async (scope, ledger) =>
            {
                var known = nicks.Zip(users).Where(pair => pair.Second is not null).Select(pair => (Nick: pair.First, User: pair.Second!.Value)).ToList();
                var roles = await context.On.Conversations.GetRolesAsync(channel.Id, known.ConvertAll(pair => pair.User));
                // Of lines that are delivered again, the line tells that they have ended memberships, and nobody may know.
                var isDone = context.Redelivered && await scope.HasPostedAsync();
                var told = context.Redelivered ? await RecallAsync(context, scope, ledger, servers, nicks) : [];
                var gone = known.Where((pair, i) => (isDone || roles[i] is not null || told.Contains(pair.Nick)) && ledger.IsNewLeave(context.User, mapping.Fold(pair.Nick), context.At)).ToList();
                if (gone.Count == 0)
                    return;
                var split = ledger.SplitOf(servers, context.At);
                foreach (var (nick, _) in gone)
                    split.Add(nick, mapping.Fold(nick));
                await TellAsync(context, scope, split, Netsplit.Describe(servers, split.Nicks));
                await scope.RemoveMembersAsync(gone.ConvertAll(pair => pair.User));
            });
        }
    }

    /// <summary>
    /// Who is gone as the line tells it already, when it was changed for one of these before they were delivered again: then they may be
    /// no members any more, and nobody may know.
    /// </summary>
    private static async Task<IReadOnlyList<string>> RecallAsync(
        ParserContext context, ConversationScope scope, State.ChannelLedger ledger, string servers, IReadOnlyList<string> nicks)
    {
        var line = (await context.On.History.GetNewestAsync(scope.Id, -1)).Select(stored => stored.Message).LastOrDefault(
            message => message.UserId == UserId.Server && (message.UpdatedTs ?? message.Ts) >= context.At.ToUnixTimeSeconds()
                && Netsplit.ReadNicks(servers, message.Body).Any(nicks.Contains));
        if (line is null)
            return [];
        var told = Netsplit.ReadNicks(servers, line.Body);
        var split = ledger.SplitOf(servers, context.At);
        split.Gid ??= line.Gid;
        foreach (var nick in told)
            split.Add(nick, context.Connection.Mapping.Fold(nick));
        return told;
    }

    private static async Task TellAsync(ParserContext context, ConversationScope scope, State.ChannelSplit split, string text)
    {
        if (split.Gid is { } gid && (await context.On.History.GetNewestAsync(scope.Id, -1)).FindLast(stored => stored.Message.Gid == gid) is { } line)
        {
            await context.Writer.EditAsync(scope.Id, line, text, scope.Delivery);
            return;
        }
        split.Gid = (await scope.PostAsync(new NewMessage(
            UserId.Server, Category.Info, text, context.Rid, context.Redelivered, context.Redelivered, Ts: context.At.ToUnixTimeSeconds()))).Gid;
    }
}

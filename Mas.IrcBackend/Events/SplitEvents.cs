using Mas.Core.Model;
using Mas.IrcBackend.Parser;
using Mas.IrcBackend.Protocol;
using Mas.IrcBackend.State;

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
                var known = nicks.Zip(users).Where(pair => pair.Second is not null).Select(pair => (Nick: pair.First, Folded: mapping.Fold(pair.First), User: pair.Second!.Value)).ToList();
                var roles = await context.On.Conversations.GetRolesAsync(channel.Id, known.ConvertAll(one => one.User));
                var split = ledger.Splits.Find(servers, context.At);
                var gone = known.Where((one, i) => (roles[i] is not null || IsBegun(one.Folded)) && ledger.IsNewLeave(context.User, one.Folded, context.At)).ToList();
                if (gone.Count == 0)
                    return;
                // One that has healed goes on only with what is delivered again, and was a part of it: who goes anew goes with another one.
                var goesOn = split is not null && (!split.IsHealed || gone.Exists(one => IsBegun(one.Folded)));
                split = goesOn ? split! : ledger.Splits.Begin(servers, context.Rid, context.At);
                foreach (var (nick, folded, _) in gone)
                    split.Add(nick, folded, context.At);
                await context.On.Ledgers.KeepSplitsAsync(scope.Id, ledger, context.FencingToken);
                await TellAsync(context, scope, split, goesOn);
                await scope.RemoveMembersAsync(gone.ConvertAll(one => one.User));

                // Of lines that are delivered again: they may be members no more without anybody knowing.
                bool IsBegun(string folded) => context.Redelivered && split?.Has(folded) == true;
            });
        }
    }

    private static async Task TellAsync(ParserContext context, ConversationScope scope, ChannelSplit split, bool goesOn)
    {
        var text = Netsplit.Describe(split.Servers, split.Nicks);
        var line = goesOn
            ? await context.On.History.FindByRidAsync(scope.Id, UserId.Server, split.Rid)
            : null;
        // One that was never changed, and is right, is told again as it was posted: an edit would be newer than what followed the line and
        // may not have been told yet.
        if (line is not null && (line.Message.Body != text || line.Message.Status == ChatMessage.Edited))
            await context.Writer.EditAsync(scope.Id, line, text, scope.Delivery);
        else
            await scope.PostAsync([new NewMessage(UserId.Server, Category.Info, text, split.Rid, line is not null, context.At.ToUnixTimeSeconds())]);
    }
}

using Mas.Core.Model;
using Mas.Core.Redis;
using Mas.IrcBackend.Protocol;
using Mas.IrcBackend.State;
using StackExchange.Redis;

namespace Mas.IrcBackend.Events;

/// <summary>353 and 366: replies to NAMES. Of several connections' replies for one channel, one resets the members.</summary>
internal sealed class NamesEvents(
    RedisConnection redis, IrcUsers ircUsers, Conversations conversations, ChannelMembers members, MemberReset reset, ConversationAccess access, NamesReporter reporter)
{
    private static readonly TimeSpan BufferLifetime = TimeSpan.FromMinutes(1);

    /// <summary>353, a part of a reply: <c>353 me = #c :@a +b c</c>.</summary>
    internal async Task NamesAsync(ParserContext context, IrcMessage message)
    {
        var name = message.Parameter(message.Parameters.Count - 2);
        if (context.Connection.Channel(name) is not { } channel)
        {
            await ServerEvents.ShowAsync(context, message);
            return;
        }
        var entries = message.Last.Split(' ', StringSplitOptions.RemoveEmptyEntries)
            .Select(context.Connection.Support.Prefixes.SplitName)
            .Where(entry => entry.Member.Nick.Length > 0)
            .Select(entry => new HashEntry(entry.Member.Nick, entry.Status))
            .ToArray();
        if (entries.Length == 0)
            return;
        var key = RedisKeys.NamesBuffer(context.User, channel.Id);
        await redis.Database.HashSetAsync(key, entries);
        await redis.Database.KeyExpireAsync(key, BufferLifetime);
    }

    /// <summary>366, the end of a reply.</summary>
    internal async Task EndAsync(ParserContext context, IrcMessage message)
    {
        if (context.Connection.Channel(message.Parameter(1)) is not { } channel)
            return;
        var key = RedisKeys.NamesBuffer(context.User, channel.Id);
        var names = await redis.Database.HashGetAllAsync(key);
        if (names.Length == 0)
            return;
        if (await reporter.TryBecomeAsync(context, channel.Id))
            await ResetAsync(context, channel, [.. names.Select(name => ((string)name.Name!, (string?)name.Value ?? ""))]);
        // Last: a redelivery after a crash needs the names.
        await redis.Database.KeyDeleteAsync(key);
    }

    private Task ResetAsync(ParserContext context, UserChannel channel, List<(string Nick, string Status)> names) =>
        access.InChannelAsync(context, channel.Id, async (scope, dedup) =>
        {
            var mapping = context.Connection.Mapping;
            var users = await ircUsers.GetAsync(context.Connection, names.ConvertAll(name => name.Nick));
            var statuses = new Dictionary<UserId, string>();
            for (var i = 0; i < users.Length; i++)
            {
                // Another connection may be ahead of this reply.
                if (!dedup.HasLeftSince(context.User, mapping.Fold(names[i].Nick)))
                    statuses[users[i]] = names[i].Status;
            }
            foreach (var (member, _) in await conversations.GetMembersAsync(channel.Id))
            {
                if (!statuses.ContainsKey(member) && await ircUsers.NickOfAsync(member, context.Network) is { } nick && dedup.HasJoinedSince(context.User, mapping.Fold(nick)))
                    statuses[member] = await members.GetStatusAsync(scope, member);
            }
            statuses.TryAdd(context.User, "");
            await reset.RunAsync(scope, statuses);
        });
}

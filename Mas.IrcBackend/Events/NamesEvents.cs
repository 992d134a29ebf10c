using Mas.Core.Model;
using Mas.Core.Redis;
using Mas.IrcBackend.Parser;
using Mas.IrcBackend.Protocol;
using Mas.IrcBackend.State;
using StackExchange.Redis;

namespace Mas.IrcBackend.Events;

/// <summary>353 and 366: lists of names. Of several connections' lists of one channel, one resets the members.</summary>
internal static class NamesEvents
{
    private static readonly TimeSpan BufferLasts = TimeSpan.FromMinutes(1);

    /// <summary>A part of a list: <c>353 me = #c :@a +b c</c>.</summary>
    internal static async Task NamesAsync(ParserContext context, IrcMessage message)
    {
        var name = message.Parameter(message.Parameters.Count - 2);
        if (context.Connection.Channel(name) is not { } channel)
        {
            await ServerEvents.ShowAsync(context, message);
            return;
        }
        var prefixes = context.Connection.Support.Prefixes;
        var entries = message.Last.Split(' ', StringSplitOptions.RemoveEmptyEntries)
            .Select(prefixes.SplitName)
            .Where(entry => entry.Member.Nick.Length > 0)
            .Select(entry => new HashEntry(entry.Member.Nick, entry.Status))
            .ToArray();
        var key = RedisKeys.NamesBuffer(context.User, channel.Id);
        if (entries.Length == 0)
            return;
        await context.On.Redis.Database.HashSetAsync(key, entries);
        await context.On.Redis.Database.KeyExpireAsync(key, BufferLasts);
    }

    /// <summary>The end of a list.</summary>
    internal static async Task EndAsync(ParserContext context, IrcMessage message)
    {
        if (context.Connection.Channel(message.Parameter(1)) is not { } channel)
            return;
        var database = context.On.Redis.Database;
        var key = RedisKeys.NamesBuffer(context.User, channel.Id);
        var names = await database.HashGetAllAsync(key);
        if (names.Length == 0)
            return;
        if (await NamesReporter.TakeAsync(context, channel.Id))
            await ResetAsync(context, channel, names);
        // Last: whoever does this again after a crash needs the list.
        await database.KeyDeleteAsync(key);
    }

    private static Task ResetAsync(ParserContext context, UserChannel channel, HashEntry[] names) =>
        context.InChannelAsync(channel.Id, async (scope, ledger) =>
        {
            var mapping = context.Connection.Mapping;
            var nicks = names.Select(name => (string)name.Name!).ToList();
            var users = await context.On.People.GetAsync(context.Network, mapping, nicks);
            var statuses = new Dictionary<UserId, string>();
            for (var i = 0; i < users.Length; i++)
            {
                // Another connection is ahead of this list.
                if (!ledger.HasLeftSince(context.User, mapping.Fold(nicks[i])))
                    statuses[users[i]] = (string?)names[i].Value ?? "";
            }
            foreach (var (member, _) in await context.On.Conversations.GetMembersAsync(channel.Id))
            {
                if (!statuses.ContainsKey(member) && await context.On.People.NickOfAsync(member, context.Network) is { } nick && ledger.HasJoinedSince(context.User, mapping.Fold(nick)))
                    statuses[member] = await scope.GetStatusAsync(member);
            }
            statuses.TryAdd(context.User, "");
            await scope.ResetMembersAsync(statuses);
        });
}

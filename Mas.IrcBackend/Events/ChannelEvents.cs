using System.Globalization;
using Mas.Core.Model;
using Mas.Core.Redis;
using Mas.IrcBackend.Parser;
using Mas.IrcBackend.Protocol;
using Mas.IrcBackend.State;

namespace Mas.IrcBackend.Events;

/// <summary>TOPIC, MODE, INVITE, RENAME and the numerics that tell the same.</summary>
internal static class ChannelEvents
{
    /// <summary>Somebody changed the topic.</summary>
    internal static async Task TopicAsync(ParserContext context, IrcMessage message)
    {
        if (context.Connection.Channel(message.Parameter(0)) is not { } channel)
            return;
        var topic = message.Parameter(1);
        await context.InChannelAsync(channel.Id, async (scope, ledger) =>
        {
            if (!ledger.IsNew(context.User, Folded(context, message.Source), "TOPIC", topic, context.At))
                return;
            await scope.SetFieldAsync("topic", topic);
            await scope.PostAsync(await AuthorAsync(context, message.Source), Category.Info, topic.Length > 0 ? $"changed the topic to: {topic}" : "removed the topic");
        });
    }

    /// <summary>332: the topic as it is; 331: there is none.</summary>
    internal static Task TopicReplyAsync(ParserContext context, IrcMessage message) =>
        context.Connection.Channel(message.Parameter(1)) is { } channel
            ? context.InAsync(channel.Id, scope => scope.SetFieldAsync("topic", message.Command == "331" ? "" : message.Last))
            : ServerEvents.ShowAsync(context, message);

    /// <summary>333: who set the topic, and when; told to who asked.</summary>
    internal static async Task TopicWhoAsync(ParserContext context, IrcMessage message)
    {
        if (context.Connection.Channel(message.Parameter(1)) is not { } channel)
        {
            await ServerEvents.ShowAsync(context, message);
            return;
        }
        var when = long.TryParse(message.Parameter(3), NumberStyles.None, CultureInfo.InvariantCulture, out var ts)
            ? $" on {DateTimeOffset.FromUnixTimeSeconds(Math.Min(ts, 253402300799)):yyyy-MM-dd HH:mm} UTC"
            : "";
        var text = $"The topic was set by {IrcSource.Parse(message.Parameter(2)).Nick}{when}";
        await context.InChannelAsync(channel.Id, async (scope, ledger) =>
        {
            // Each of our connections is told when it joins; the channel needs to know once.
            var known = (await context.On.History.GetNewestAsync(channel.Id, -1)).Exists(stored => stored.Message.Cat == Category.Info && stored.Message.Body == text);
            if (!known)
                await scope.PostAsync(UserId.Server, Category.Info, text);
        });
    }

    /// <summary>Modes of a channel, or of us.</summary>
    internal static async Task ModeAsync(ParserContext context, IrcMessage message)
    {
        if (context.Connection.Channel(message.Parameter(0)) is not { } channel)
        {
            if (context.Connection.IsMe(message.Parameter(0)))
                await context.TellServerWindowAsync(Category.Info, $"Your modes: {string.Join(' ', message.Parameters.Skip(1))}");
            return;
        }
        var arguments = message.Parameters.Skip(1).ToList();
        var text = string.Join(' ', arguments).TrimEnd();
        var isNew = false;
        await context.InChannelAsync(channel.Id, async (scope, ledger) =>
        {
            isNew = ledger.IsNew(context.User, Folded(context, message.Source), "MODE", text, context.At);
            if (!isNew)
                return;
            foreach (var change in ModeChange.ParseChannel(context.Connection.Support, arguments))
                await ApplyAsync(context, scope, change);
            await scope.PostAsync(await AuthorAsync(context, message.Source), Category.Info, $"sets mode {text}");
        });
    }

    /// <summary>324: the modes as they are.</summary>
    internal static async Task ModeReplyAsync(ParserContext context, IrcMessage message)
    {
        if (context.Connection.Channel(message.Parameter(1)) is not { } channel)
        {
            await ServerEvents.ShowAsync(context, message);
            return;
        }
        var arguments = message.Parameters.Skip(2).ToList();
        await context.InAsync(channel.Id, async scope =>
        {
            foreach (var change in ModeChange.ParseChannel(context.Connection.Support, arguments).Where(change => change.Kind != ChannelModeKind.Status))
                await ApplyAsync(context, scope, change);
            await scope.PostAsync(UserId.Server, Category.Info, $"The modes are {string.Join(' ', arguments)}");
        });
    }

    /// <summary>Somebody is invited: we, or (invite-notify) another.</summary>
    internal static async Task InviteAsync(ParserContext context, IrcMessage message)
    {
        var (nick, name) = (message.Parameter(0), message.Parameter(1));
        var inviter = message.Source?.Nick ?? context.Connection.Server;
        if (context.Connection.IsMe(nick))
        {
            await context.TellServerWindowAsync(Category.Info, $"{inviter} invites you to {name}. To join it, type: /join {name}");
            return;
        }
        if (context.Connection.Channel(name) is not { } channel)
            return;
        await context.InChannelAsync(channel.Id, async (scope, ledger) =>
        {
            if (ledger.IsNew(context.User, Folded(context, message.Source), "INVITE", nick, context.At))
                await scope.PostAsync(await AuthorAsync(context, message.Source), Category.Info, $"invites {nick}");
        });
    }

    /// <summary>A channel has another name (draft/channel-rename).</summary>
    internal static async Task RenameAsync(ParserContext context, IrcMessage message)
    {
        var (old, name) = (message.Parameter(0), message.Parameter(1));
        if (context.Connection.Channel(old) is not { } channel)
            return;
        var mapping = context.Connection.Mapping;
        var database = context.On.Redis.Database;
        await context.InChannelAsync(channel.Id, async (scope, ledger) =>
        {
            context.Connection.Channels.Remove(mapping.Fold(old));
            context.Connection.Channels[mapping.Fold(name)] = new UserChannel(channel.Id, name);
            if (!ledger.IsNew(context.User, "", "RENAME", $"{old} {name}", context.At))
                return;
            await database.HashSetAsync(RedisKeys.ConversationIndex, RedisKeys.GroupField(context.Network, mapping.Fold(name)), channel.Id.Value);
            await context.FencingToken.ExecuteAsync("HSET", RedisKeys.Conversation(channel.Id), "name", name);
            if (!mapping.Equals(old, name))
                await database.HashDeleteAsync(RedisKeys.ConversationIndex, RedisKeys.GroupField(context.Network, mapping.Fold(old)));
            await scope.PostAsync(await AuthorAsync(context, message.Source), Category.Info, $"renamed the channel from {old} to {name}");
        });
    }

    /// <summary>Whoever a line is of; the server's own for those of servers and of nobody.</summary>
    internal static async Task<UserId> AuthorAsync(ParserContext context, IrcSource? source) =>
        source is null or { IsServer: true } ? UserId.Server : await context.On.People.GetAsync(context.Network, context.Connection.Mapping, source.Nick);

    private static string Folded(ParserContext context, IrcSource? source) => context.Connection.Mapping.Fold(source?.Nick ?? "");

    private static async Task ApplyAsync(ParserContext context, ConversationScope scope, ModeChange change)
    {
        switch (change)
        {
            case { Kind: ChannelModeKind.Status, Parameter: { Length: > 0 } nick }:
                if ((await ChannelMembers.FindAsync(context, scope.Id, nick) ?? (context.Connection.IsMe(nick) ? context.User : null)) is { } member
                    && (member == context.User || await scope.GetRoleAsync(member) is not null))
                    await scope.SetMemberAsync(member, context.Connection.Support.Prefixes.Change(await scope.GetStatusAsync(member), change.Mode, change.Add));
                break;
            case { Mode: 'k', Kind: ChannelModeKind.Always, Add: true, Parameter: { Length: > 0 } key } when key.Trim('*').Length > 0:
                await scope.SetFieldAsync("password", key);
                break;
            case { Mode: 'k', Kind: ChannelModeKind.Always, Add: false }:
                await scope.SetFieldAsync("password", "");
                break;
        }
    }
}

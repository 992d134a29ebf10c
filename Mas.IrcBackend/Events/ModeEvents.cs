using Mas.Core.Model;
using Mas.IrcBackend.Protocol;
using Mas.IrcBackend.State;

namespace Mas.IrcBackend.Events;

/// <summary>MODE and 324.</summary>
internal sealed class ModeEvents(IrcUsers ircUsers, ConversationAccess access, ChannelMembers members, ConversationFields fields, EntryPoster poster)
{
    /// <summary>MODE of a channel, or of the user.</summary>
    internal async Task ModeAsync(ParserContext context, IrcMessage message)
    {
        if (context.Connection.Channel(message.Parameter(0)) is not { } channel)
        {
            if (context.Connection.IsMe(message.Parameter(0)))
                context.TellServerWindow(Category.Info, $"Your modes: {string.Join(' ', message.Parameters.Skip(1))}");
            return;
        }
        var arguments = message.Parameters.Skip(1).ToList();
        var text = string.Join(' ', arguments).TrimEnd();
        await access.InChannelAsync(context, channel.Id, async (scope, dedup) =>
        {
            if (!dedup.IsNew(context.User, context.Connection.Mapping.Fold(message.Source?.Nick ?? ""), "MODE", text, context.At))
                return;
            foreach (var change in ModeChange.ParseChannel(context.Connection.Support, arguments))
                await ApplyAsync(scope, change);
            await poster.PostAsync(scope, await ircUsers.AuthorOfAsync(context.Connection, message.Source), Category.Info, $"sets mode {text}");
        });
    }

    /// <summary>324: the modes of a channel.</summary>
    internal async Task ModeReplyAsync(ParserContext context, IrcMessage message)
    {
        if (context.Connection.Channel(message.Parameter(1)) is not { } channel)
        {
            await ServerEvents.ShowAsync(context, message);
            return;
        }
        var arguments = message.Parameters.Skip(2).ToList();
        await access.InAsync(context, channel.Id, async scope =>
        {
            foreach (var change in ModeChange.ParseChannel(context.Connection.Support, arguments).Where(change => change.Kind != ChannelModeKind.Status))
                await ApplyAsync(scope, change);
            await poster.PostAsync(scope, UserId.Server, Category.Info, $"The modes are {string.Join(' ', arguments)}");
        });
    }

    private async Task ApplyAsync(ConversationScope scope, ModeChange change)
    {
        switch (change)
        {
            case { Kind: ChannelModeKind.Status, Parameter: { Length: > 0 } nick }:
                await ApplyStatusAsync(scope, change, nick);
                break;
            case { Mode: 'k', Kind: ChannelModeKind.Always, Add: true, Parameter: { Length: > 0 } key } when key.Trim('*').Length > 0:
                await fields.SetAsync(scope, "password", key);
                break;
            case { Mode: 'k', Kind: ChannelModeKind.Always, Add: false }:
                await fields.SetAsync(scope, "password", "");
                break;
        }
    }

    private async Task ApplyStatusAsync(ConversationScope scope, ModeChange change, string nick)
    {
        var context = scope.Context;
        var member = await members.FindAsync(context, scope.Id, nick) ?? (context.Connection.IsMe(nick) ? context.User : null);
        if (member is not { } user || (user != context.User && await members.GetRoleAsync(scope, user) is null))
            return;
        var status = context.Connection.Support.Prefixes.Change(await members.GetStatusAsync(scope, user), change.Mode, change.Add);
        await members.SetAsync(scope, user, status);
    }
}

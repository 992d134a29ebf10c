using Mas.Core.Model;
using Mas.Core.Redis;
using Mas.IrcBackend.Parser;
using Mas.IrcBackend.Protocol;

namespace Mas.IrcBackend.Events;

/// <summary>What the server refused: shown in the window where it was said.</summary>
internal static class ErrorEvents
{
    /// <summary>A refusal that names what it is about: a channel, a nick, or a command.</summary>
    internal static async Task RefusedAsync(ParserContext context, IrcMessage message)
    {
        var text = Sentence(message);
        // Networks refuse joins with numerics of their own, too.
        if (context.Connection.Support.IsChannel(message.Parameter(1)) && context.Connection.Channel(message.Parameter(1)) is null)
            await DropPendingAsync(context, message.Parameter(1));
        if (await LabeledAsync(context, message) is { } asked)
        {
            await context.InAsync(asked, scope => scope.PostAsync(UserId.Server, Category.Error, text));
            return;
        }
        foreach (var subject in message.Parameters.Skip(1).Take(Math.Max(0, message.Parameters.Count - 2)))
        {
            if (await WindowOfAsync(context, subject) is not { } id)
                continue;
            await context.InAsync(id, scope => scope.PostAsync(UserId.Server, Category.Error, text));
            return;
        }
        await context.TellServerWindowAsync(Category.Error, text);
    }

    /// <summary>A JOIN was refused: the channel may have no window.</summary>
    internal static async Task JoinRefusedAsync(ParserContext context, IrcMessage message)
    {
        await DropPendingAsync(context, message.Parameter(1));
        if (context.Connection.Channel(message.Parameter(1)) is { } channel)
            await context.InAsync(channel.Id, scope => scope.PostAsync(UserId.Server, Category.Error, Sentence(message)));
        else
            await context.TellServerWindowAsync(Category.Error, $"Could not join {message.Parameter(1)}: {message.Last}");
    }

    /// <summary>403: no such channel, of a JOIN or of anything else.</summary>
    internal static async Task NoChannelAsync(ParserContext context, IrcMessage message)
    {
        if (await DropPendingAsync(context, message.Parameter(1)))
            await context.TellServerWindowAsync(Category.Error, $"Could not join {message.Parameter(1)}: {message.Last}");
        else
            await RefusedAsync(context, message);
    }

    /// <summary>470: the JOIN goes to another channel.</summary>
    internal static async Task ForwardedAsync(ParserContext context, IrcMessage message)
    {
        var (from, to) = (message.Parameter(1), message.Parameter(2));
        if (await DropPendingAsync(context, from))
            await context.On.Redis.Database.HashSetAsync(RedisKeys.IrcPendingJoins(context.User, context.Network), to, "");
        await context.TellServerWindowAsync(Category.Error, $"{from} leads to {to}: {message.Last}");
    }

    /// <summary>FAIL, WARN, NOTE (standard-replies): <c>FAIL command code context… :text</c>.</summary>
    internal static async Task StandardReplyAsync(ParserContext context, IrcMessage message)
    {
        var cat = message.Command == "FAIL" ? Category.Error : Category.Server;
        if (await LabeledAsync(context, message) is { } asked)
        {
            await context.InAsync(asked, scope => scope.PostAsync(UserId.Server, cat, message.Last));
            return;
        }
        foreach (var subject in message.Parameters.Skip(2).Take(Math.Max(0, message.Parameters.Count - 3)))
        {
            if (await WindowOfAsync(context, subject) is not { } id)
                continue;
            await context.InAsync(id, scope => scope.PostAsync(UserId.Server, cat, message.Last));
            return;
        }
        await context.TellServerWindowAsync(cat, $"{message.Parameter(0)}: {message.Last}");
    }

    private static string Sentence(IrcMessage message)
    {
        var subjects = string.Join(' ', message.Parameters.Skip(1).Take(Math.Max(0, message.Parameters.Count - 2)));
        return subjects.Length > 0 ? $"{subjects}: {message.Last}" : message.Last;
    }

    /// <summary>The window in which the command was typed that this answers by its label (labeled-response), if it is open still.</summary>
    private static async Task<ConversationId?> LabeledAsync(ParserContext context, IrcMessage message)
    {
        var label = message.Tag("label") ?? context.Label;
        return label is not null && context.Connection.Asked.TakeLabeled(label) is { } asked
            && await context.On.Windows.FindWindowIdAsync(context.User, asked.Context) is not null
            ? asked.Context
            : null;
    }

    private static async Task<ConversationId?> WindowOfAsync(ParserContext context, string subject)
    {
        var connection = context.Connection;
        if (connection.Channel(connection.Support.SplitStatus(subject).Target) is { } channel)
            return channel.Id;
        // 421 and the like name the command that was typed.
        if (connection.Asked.TakeOldest(subject.ToUpperInvariant(), "", connection.Mapping) is { } asked && asked.Deadline > context.On.Time.GetUtcNow()
            && await context.On.Windows.FindWindowIdAsync(context.User, asked.Context) is not null)
            return asked.Context;
        if (connection.Support.IsChannel(subject))
            return null;
        return await context.On.People.FindAsync(context.Network, connection.Mapping, subject) is { } peer ? await OneOnOnes.FindAsync(context, peer) : null;
    }

    private static async Task<bool> DropPendingAsync(ParserContext context, string name)
    {
        var key = RedisKeys.IrcPendingJoins(context.User, context.Network);
        foreach (var join in await context.On.Redis.Database.HashKeysAsync(key))
        {
            if (context.Connection.Mapping.Equals(join, name))
                return await context.On.Redis.Database.HashDeleteAsync(key, join);
        }
        return false;
    }
}

using Mas.Core.Model;
using Mas.IrcBackend.Protocol;
using Mas.IrcBackend.State;

namespace Mas.IrcBackend.Events;

/// <summary>Error numerics and standard replies: shown in the window that they concern, else in the server's.</summary>
internal sealed class ErrorEvents(
    ConversationAccess access, EntryPoster poster, PendingJoins pendingJoins, WindowOpener windows, IrcUsers ircUsers, OneOnOnes oneOnOnes, TimeProvider time)
{
    /// <summary>An error that names what it concerns: a channel, a nick or a command.</summary>
    internal async Task RefusedAsync(ParserContext context, IrcMessage message)
    {
        // Networks have numerics of their own for refused joins.
        if (context.Connection.Support.IsChannel(message.Parameter(1)) && context.Connection.Channel(message.Parameter(1)) is null)
            await pendingJoins.RemoveAsync(context, message.Parameter(1));
        var (subjects, text) = (Subjects(message, 1), Sentence(message));
        if (await FindWindowAsync(context, message, subjects) is { } id)
            await PostAsync(context, id, Category.Error, text);
        else
            context.TellServerWindow(Category.Error, text);
    }

    /// <summary>A JOIN was refused; the channel may have no window.</summary>
    internal async Task JoinRefusedAsync(ParserContext context, IrcMessage message)
    {
        await pendingJoins.RemoveAsync(context, message.Parameter(1));
        if (context.Connection.Channel(message.Parameter(1)) is { } channel)
            await PostAsync(context, channel.Id, Category.Error, Sentence(message));
        else
            TellNotJoined(context, message);
    }

    /// <summary>403: no such channel, in answer to a JOIN or anything else.</summary>
    internal async Task NoChannelAsync(ParserContext context, IrcMessage message)
    {
        if (await pendingJoins.RemoveAsync(context, message.Parameter(1)))
            TellNotJoined(context, message);
        else
            await RefusedAsync(context, message);
    }

    /// <summary>470: the JOIN was forwarded to another channel.</summary>
    internal async Task ForwardedAsync(ParserContext context, IrcMessage message)
    {
        var (from, to) = (message.Parameter(1), message.Parameter(2));
        if (await pendingJoins.RemoveAsync(context, from))
            await pendingJoins.AddAsync(context, to, "");
        context.TellServerWindow(Category.Error, $"{from} forwards to {to}: {message.Last}");
    }

    /// <summary>FAIL, WARN, NOTE (standard-replies): <c>FAIL command code context… :text</c>.</summary>
    internal async Task StandardReplyAsync(ParserContext context, IrcMessage message)
    {
        var cat = message.Command == "FAIL" ? Category.Error : Category.Server;
        if (await FindWindowAsync(context, message, Subjects(message, 2)) is { } id)
            await PostAsync(context, id, cat, message.Last);
        else
            context.TellServerWindow(cat, $"{message.Parameter(0)}: {message.Last}");
    }

    private static void TellNotJoined(ParserContext context, IrcMessage message) =>
        context.TellServerWindow(Category.Error, $"Could not join {message.Parameter(1)}: {message.Last}");

    private Task PostAsync(ParserContext context, ConversationId id, string cat, string text) =>
        access.InAsync(context, id, scope => poster.PostAsync(scope, UserId.Server, cat, text));

    /// <summary>The parameters between the first ones and the text.</summary>
    private static List<string> Subjects(IrcMessage message, int first) => [.. message.Parameters.Skip(first).SkipLast(1)];

    private static string Sentence(IrcMessage message)
    {
        var subjects = string.Join(' ', Subjects(message, 1));
        return subjects.Length > 0 ? $"{subjects}: {message.Last}" : message.Last;
    }

    private async Task<ConversationId?> FindWindowAsync(ParserContext context, IrcMessage message, List<string> subjects)
    {
        if (await FindLabeledAsync(context, message) is { } labeled)
            return labeled;
        foreach (var subject in subjects)
        {
            if (await FindWindowAsync(context, subject) is { } id)
                return id;
        }
        return null;
    }

    /// <summary>The window of the command that is answered by label (labeled-response), if it is still open.</summary>
    private async Task<ConversationId?> FindLabeledAsync(ParserContext context, IrcMessage message)
    {
        var label = message.Tag("label") ?? context.Label;
        return label is not null && context.Connection.Asked.TakeLabeled(label) is { } asked && await windows.IsOpenAsync(context.User, asked.Context)
            ? asked.Context
            : null;
    }

    private async Task<ConversationId?> FindWindowAsync(ParserContext context, string subject)
    {
        var connection = context.Connection;
        if (connection.Channel(connection.Support.SplitStatus(subject).Target) is { } channel)
            return channel.Id;
        // 421 and the like name the command that was typed.
        if (connection.Asked.TakeOldest(subject.ToUpperInvariant(), "", connection.Mapping) is { } asked && asked.Deadline > time.GetUtcNow()
            && await windows.IsOpenAsync(context.User, asked.Context))
            return asked.Context;
        if (connection.Support.IsChannel(subject))
            return null;
        return await ircUsers.FindAsync(connection, subject) is { } peer ? await oneOnOnes.FindAsync(context, peer) : null;
    }
}

using Mas.Core.Model;
using Mas.IrcBackend.Protocol;
using Mas.IrcBackend.State;

namespace Mas.IrcBackend.Events;

/// <summary>PRIVMSG and NOTICE, as lines or multiline batches.</summary>
internal sealed class MessageEvents(ChannelMessages channels, DirectMessages direct, CtcpEvents ctcp)
{
    internal Task MessageAsync(ParserContext context, IrcMessage message) =>
        message.Parameters.Count < 2 ? Task.CompletedTask : MessageAsync(context, IncomingText.Of(message));

    /// <summary>A notice; it never causes an answer.</summary>
    internal Task NoticeAsync(ParserContext context, IrcMessage message) => NoticeAsync(context, IncomingText.Of(message));

    /// <summary>A batch whose lines are one message (draft/multiline).</summary>
    internal Task MultilineAsync(ParserContext context, IrcBatch batch) => IncomingText.Of(batch) switch
    {
        null => Task.CompletedTask,
        var text when batch.Messages.First().Command == "NOTICE" => NoticeAsync(context, text),
        var text => MessageAsync(context, text),
    };

    private Task MessageAsync(ParserContext context, IncomingText text)
    {
        if (text.Source is not { } source)
            return Task.CompletedTask;
        var (status, target) = context.Connection.Support.SplitStatus(text.Target);
        if (text.Ctcp is { IsAction: false } query)
            return context.Connection.IsMe(source.Nick) ? Task.CompletedTask : ctcp.QueryAsync(context, source, query);
        var cat = text.Ctcp is null ? Category.Message : Category.Action;
        return context.Connection.Channel(target) is { } channel
            ? channels.PostAsync(context, text, channel, cat, status)
            : direct.MessageAsync(context, text, source, target, cat);
    }

    private Task NoticeAsync(ParserContext context, IncomingText text)
    {
        var (status, target) = context.Connection.Support.SplitStatus(text.Target);
        // From the server, or from anybody before 001.
        if (text.Source is not { } source || source.IsServer || !context.Connection.IsRegistered)
        {
            context.TellServerWindow(Category.Notice, text.Text);
            return Task.CompletedTask;
        }
        if (text.Ctcp is { } reply)
        {
            if (!context.Connection.IsMe(source.Nick))
                context.TellServerWindow(Category.Info, $"CTCP {reply.Command} reply from {source.Nick}: {reply.Text}");
            return Task.CompletedTask;
        }
        return context.Connection.Channel(target) is { } channel
            ? channels.PostAsync(context, text, channel, Category.Notice, status)
            : direct.NoticeAsync(context, text, source);
    }
}

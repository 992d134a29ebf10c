using Mas.IrcBackend.Bridge;
using Mas.IrcBackend.Protocol;
using Mas.IrcBackend.State;

namespace Mas.IrcBackend.Events;

/// <summary>
/// Consecutive lines of one connection. The QUITs of a netsplit, and plain messages in one channel, are collected and handled
/// together.
/// </summary>
internal sealed class LineRun(ParserContext context, LineDispatcher lines, NetsplitEvents netsplits, ChannelMessages channelMessages)
{
    private readonly List<string> _quitNicks = [];
    private readonly List<(LineEntry Line, IrcMessage Message)> _messages = [];
    private string _servers = "";
    private UserChannel? _channel;

    /// <summary>Handles or collects a line.</summary>
    internal async Task AddAsync(LineEntry line, IrcMessage message)
    {
        var servers = NetsplitEvents.IsPartOf(message) ? message.Last : "";
        var channel = ChannelMessages.ChannelOf(context, message);
        if (servers != _servers || channel?.Id != _channel?.Id)
            await FlushAsync();
        (_servers, _channel) = (servers, channel);
        context.Next(line);
        if (servers.Length > 0 && message.Source is { } source)
            _quitNicks.Add(source.Nick);
        else if (channel is not null)
            _messages.Add((line, message));
        else
            await lines.HandleAsync(context, message);
    }

    /// <summary>Handles the collected lines.</summary>
    internal async Task FlushAsync()
    {
        if (_quitNicks.Count > 0)
            await netsplits.QuitAsync(context, _servers, _quitNicks);
        if (_channel is not null && _messages.Count > 0)
            await channelMessages.PostAsync(context, _channel, _messages);
        _quitNicks.Clear();
        _messages.Clear();
    }
}

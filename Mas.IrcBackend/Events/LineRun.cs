using Mas.IrcBackend.Bridge;
using Mas.IrcBackend.Parser;
using Mas.IrcBackend.Protocol;
using Mas.IrcBackend.State;

namespace Mas.IrcBackend.Events;

/// <summary>
/// Lines of one connection, one after the other. Those that are handled together wait for what comes next: the QUITs of a
/// netsplit, and what is said in one channel.
/// </summary>
/// <param name="context">The connection's entries.</param>
internal sealed class LineRun(ParserContext context)
{
    private readonly List<string> _gone = [];
    private readonly List<(LineEntry Line, IrcMessage Message)> _talk = [];
    private string _servers = "";
    private UserChannel? _channel;

    /// <summary>Handles a line, or lets it wait.</summary>
    internal async Task AddAsync(LineEntry line, IrcMessage message)
    {
        var servers = SplitEvents.IsOf(message) ? message.Last : "";
        var channel = TalkEvents.ChannelOf(context, message);
        if (servers != _servers || channel?.Id != _channel?.Id)
            await EndAsync();
        (_servers, _channel) = (servers, channel);
        context.Next(line);
        if (servers.Length > 0)
            _gone.Add(message.Source!.Nick);
        else if (channel is not null)
            _talk.Add((line, message));
        else
            await LineEvents.HandleAsync(context, message);
    }

    /// <summary>Handles what waits.</summary>
    internal async Task EndAsync()
    {
        if (_gone.Count > 0)
            await SplitEvents.QuitAsync(context, _servers, _gone);
        if (_talk.Count > 0)
            await TalkEvents.SayAsync(context, _channel!, _talk);
        _gone.Clear();
        _talk.Clear();
    }
}

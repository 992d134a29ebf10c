using System.Globalization;
using Mas.Core.Model;
using Mas.IrcBackend.Protocol;

namespace Mas.IrcBackend.State;

/// <summary>Asks servers and bouncers that keep history for what was said since the newest message held here.</summary>
internal sealed class HistoryRequests(ConversationHistory history)
{
    private const int MaxMessages = 500;

    // Joins, modes and such lie between the messages that were said.
    private const int SearchedMessages = 50;

    /// <summary>The CHATHISTORY line for a channel; null when the server keeps no history or none of it is held here.</summary>
    internal async Task<string?> ForChannelAsync(ParserContext context, ConversationId id, string channel)
    {
        if (!context.Connection.Has("draft/chathistory") || context.Connection.Support.ChatHistoryLimit is not { } limit || context.Redelivered
            || await NewestAsync(id) is not { } newest)
            return null;
        var since = DateTimeOffset.FromUnixTimeSeconds(newest).ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture);
        var count = limit is > 0 and < MaxMessages ? limit : MaxMessages;
        return IrcLine.Of("CHATHISTORY", "LATEST", channel, $"timestamp={since}", count.ToString(CultureInfo.InvariantCulture));
    }

    /// <summary>The request to a bouncer with znc.in/playback, which plays nothing back unasked; null for other servers.</summary>
    internal async Task<string?> ForBouncerAsync(ParserContext context)
    {
        if (!context.Connection.Has("znc.in/playback"))
            return null;
        var conversations = context.Connection.Channels.Values.Select(channel => channel.Id)
            .Concat(context.Connection.OneOnOnes.Where(window => window.Key != UserId.Server).Select(window => window.Value)).ToList();
        var newest = await Task.WhenAll(conversations.Select(NewestAsync));
        return IrcLine.WithText($"PLAY * {newest.Max() ?? 0}", "PRIVMSG", "*playback");
    }

    /// <summary>When the newest message was said, unix seconds.</summary>
    private async Task<long?> NewestAsync(ConversationId id) => (await history.GetNewestAsync(id, SearchedMessages))
        .FindLast(stored => stored.Message.Cat is Category.Message or Category.Action or Category.Notice)?.Message.Ts;
}

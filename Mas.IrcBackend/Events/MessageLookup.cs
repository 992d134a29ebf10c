using System.Globalization;
using Mas.Core.Model;
using Mas.IrcBackend.State;

namespace Mas.IrcBackend.Events;

/// <summary>Finds messages by the msgids that the network gave them.</summary>
internal sealed class MessageLookup(ConversationHistory history, EchoedMessages echoed, IrcUsers ircUsers)
{
    private const int MaxQuotedGraphemes = 80;

    /// <summary>The <c>rid</c> of a message that came with a msgid.</summary>
    internal static string Rid(string msgid) => $"m:{msgid}";

    /// <summary>The message, while the history holds it; null after.</summary>
    internal async Task<StoredMessage?> FindAsync(ConversationId id, string msgid)
    {
        var messages = await history.GetNewestAsync(id, -1);
        var rid = Rid(msgid);
        if (messages.FindLast(stored => stored.Message.Rid == rid) is { } found)
            return found;
        // A long text is several lines on the network and one message here.
        return echoed.Find(id, msgid) is var (author, text)
            ? messages.FindLast(stored => stored.Message.UserId == author && stored.Message.Body.Contains(text, StringComparison.Ordinal))
            : null;
    }

    /// <summary>The first line of a message with its author's nick, shortened; null for a message that is not held any more.</summary>
    internal async Task<string?> QuoteAsync(ParserContext context, ConversationId id, string msgid)
    {
        if (await FindAsync(id, msgid) is not { Message: { Body.Length: > 0 } message })
            return null;
        // Of a reply, what it says and not what it quotes.
        var line = message.Body.Split('\n').FirstOrDefault(line => line.Length > 0 && !line.StartsWith("> ", StringComparison.Ordinal)) ?? "";
        var graphemes = new StringInfo(line);
        if (graphemes.LengthInTextElements > MaxQuotedGraphemes)
            line = graphemes.SubstringByTextElements(0, MaxQuotedGraphemes) + "…";
        return await ircUsers.NickOfAsync(message.UserId, context.Network) is { } nick ? $"{nick}: {line}" : line;
    }

    /// <summary>The text, below a quote of the message that it replies to, if there is one.</summary>
    internal async Task<string> WithQuoteAsync(ParserContext context, ConversationId id, string? replyTo, string text) =>
        replyTo is not null && await QuoteAsync(context, id, replyTo) is { } quote ? $"> {quote}\n{text}" : text;
}

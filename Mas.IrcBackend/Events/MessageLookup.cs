using System.Globalization;
using Mas.Core.Model;
using Mas.IrcBackend.Parser;

namespace Mas.IrcBackend.Events;

/// <summary>Finds messages by the ids that the network gave them.</summary>
internal static class MessageLookup
{
    private const int QuotedGraphemes = 80;

    /// <summary>The <c>rid</c> of a message that came with an id.</summary>
    internal static string Rid(string msgid) => $"m:{msgid}";

    /// <summary>The message, as long as the history holds it.</summary>
    internal static async Task<StoredMessage?> FindAsync(ParserContext context, ConversationId id, string msgid)
    {
        var history = await context.On.History.GetNewestAsync(id, -1);
        var rid = Rid(msgid);
        if (history.FindLast(stored => stored.Message.Rid == rid) is { } found)
            return found;
        // A long text is several lines there, and one message here.
        return context.On.Echoed.Find(id, msgid) is var (author, text)
            ? history.FindLast(stored => stored.Message.UserId == author && stored.Message.Body.Contains(text, StringComparison.Ordinal))
            : null;
    }

    /// <summary>The first line of a message, with its author's nick and not too long; null for one that is not there any more.</summary>
    internal static async Task<string?> QuoteAsync(ParserContext context, ConversationId id, string msgid)
    {
        if (await FindAsync(context, id, msgid) is not { Message: { Body.Length: > 0 } message })
            return null;
        // Of an answer, what it says, not what it quotes in turn.
        var line = message.Body.Split('\n').FirstOrDefault(line => line.Length > 0 && !line.StartsWith("> ", StringComparison.Ordinal)) ?? "";
        var graphemes = new StringInfo(line);
        if (graphemes.LengthInTextElements > QuotedGraphemes)
            line = graphemes.SubstringByTextElements(0, QuotedGraphemes) + "…";
        return await context.On.People.NickOfAsync(message.UserId, context.Network) is { } nick ? $"{nick}: {line}" : line;
    }
}

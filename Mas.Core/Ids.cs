using System.Diagnostics.CodeAnalysis;
using System.Globalization;

namespace Mas.Core;

/// <summary>
/// A user's id in the text form of the schema: decimal for a MAS user (<c>user:&lt;userId&gt;</c>),
/// <c>i</c> and decimal for somebody on IRC (<c>ircuser:&lt;userId&gt;</c>), <see cref="Server"/> for an IRC server.
/// </summary>
/// <param name="Value">The text form.</param>
public readonly record struct UserId(string Value)
{
    /// <summary>The peer of the window that shows what an IRC network's server itself says.</summary>
    public static readonly UserId Server = new("iSERVER");

    /// <summary>True for somebody on an IRC network, false for a user of this MAS.</summary>
    public bool IsIrc => Value.StartsWith('i');

    /// <summary>A MAS user's id from its number (<c>nextGlobalUserId</c>).</summary>
    public static UserId Mas(long number) => new(number.ToString(CultureInfo.InvariantCulture));

    /// <summary>An IRC user's id from its number (<c>nextGlobalUserId</c>).</summary>
    public static UserId Irc(long number) => new(string.Create(CultureInfo.InvariantCulture, $"i{number}"));

    /// <summary>Reads an id that came from outside.</summary>
    /// <returns>False when the text is no id; nothing else is ever used in a key name.</returns>
    public static bool TryParse([NotNullWhen(true)] string? text, out UserId id)
    {
        id = new(text ?? "");
        if (text is null || text.Length is 0 or > 20)
            return false;
        if (text == Server.Value)
            return true;
        var digits = text[0] == 'i' ? text.AsSpan(1) : text;
        return digits.Length > 0 && digits[0] is >= '1' and <= '9' && digits.IndexOfAnyExceptInRange('0', '9') < 0;
    }

    /// <inheritdoc/>
    public override string ToString() => Value;
}

/// <summary>A conversation's id (<c>nextGlobalConversationId</c>).</summary>
/// <param name="Value">The number.</param>
public readonly record struct ConversationId(long Value)
{
    /// <summary>Reads the id as it stands in Redis.</summary>
    public static bool TryParse(string? text, out ConversationId id)
    {
        var ok = long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var value) && value > 0;
        id = new(value);
        return ok;
    }

    /// <inheritdoc/>
    public override string ToString() => Value.ToString(CultureInfo.InvariantCulture);
}

/// <summary>One session of a user: a live socket, named <c>&lt;userId&gt;:&lt;sessionId&gt;</c> wherever Redis refers to it.</summary>
/// <param name="UserId">Whose session it is.</param>
/// <param name="SessionId"><c>&lt;serverId&gt;-&lt;random&gt;</c>: it begins with the id of the server that holds the socket.</param>
public readonly record struct SessionRef(UserId UserId, string SessionId)
{
    /// <summary>The id of the server that holds the socket; wake-ups go to its channel.</summary>
    public string ServerId => SessionId[..Math.Max(0, SessionId.IndexOf('-'))];

    /// <summary>Reads <c>&lt;userId&gt;:&lt;sessionId&gt;</c>.</summary>
    public static bool TryParse(string? text, out SessionRef session)
    {
        session = default;
        var colon = text?.IndexOf(':') ?? -1;
        if (colon <= 0 || !UserId.TryParse(text![..colon], out var userId) || text.IndexOf('-', colon) <= colon + 1)
            return false;
        session = new(userId, text[(colon + 1)..]);
        return true;
    }

    /// <inheritdoc/>
    public override string ToString() => $"{UserId.Value}:{SessionId}";
}

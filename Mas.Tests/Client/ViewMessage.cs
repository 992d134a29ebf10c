using Newtonsoft.Json.Linq;

namespace Mas.Tests.Client;

/// <summary>One message of a window, as its newest ADD_MESSAGE says it.</summary>
/// <param name="Gid">Its id.</param>
/// <param name="UserId">Its author.</param>
/// <param name="Ts">When it was posted, unix seconds.</param>
/// <param name="Cat">What kind of line it is.</param>
/// <param name="Body">The text; empty when deleted.</param>
/// <param name="Status">Null, <c>edited</c> or <c>deleted</c>.</param>
/// <param name="UpdatedTs">When it was edited, unix seconds.</param>
/// <param name="Rev">The gid of its newest edit.</param>
public sealed record ViewMessage(
    long Gid, string UserId, long Ts, string Cat, string Body, string? Status = null, long? UpdatedTs = null, long? Rev = null)
{
    private static readonly HashSet<string> Categories =
        ["msg", "action", "notice", "info", "server", "banner", "error", "join", "part", "quit", "kick"];

    /// <summary>What orders it among the changes of its window.</summary>
    public long Order => Rev ?? Gid;

    /// <summary>Reads the fields of ADD_MESSAGE, or of an entry of ADD_MESSAGES, FETCH or <c>conversationmsgs</c>.</summary>
    /// <exception cref="ProtocolViolationException">A field is missing, or not of its type.</exception>
    public static ViewMessage From(JObject json)
    {
        var message = new ViewMessage(
            Wire.Number(json, "gid"),
            Wire.Text(json, "userId"),
            Wire.Number(json, "ts"),
            Wire.Text(json, "cat"),
            Wire.Text(json, "body"),
            Wire.OptionalText(json, "status"),
            Wire.OptionalNumber(json, "updatedTs"),
            Wire.OptionalNumber(json, "rev"));
        if (!Categories.Contains(message.Cat))
            throw new ProtocolViolationException($"Unknown cat '{message.Cat}'");
        if (message.Status is not (null or "edited" or "deleted"))
            throw new ProtocolViolationException($"Unknown status '{message.Status}'");
        if (message is { Status: "deleted", Body.Length: > 0 })
            throw new ProtocolViolationException("A deleted message has a body");
        if (message.Status is null != message.Rev is null)
            throw new ProtocolViolationException("status and rev come together");
        return message;
    }
}

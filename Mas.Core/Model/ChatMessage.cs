using System.Text;
using System.Text.Json;
using Mas.Core.Json;

namespace Mas.Core.Model;

/// <summary><c>cat</c> of a message: what kind of line it is.</summary>
public static class Category
{
    /// <summary>Something said.</summary>
    public const string Message = "msg";

    /// <summary>Something done (<c>/me</c>).</summary>
    public const string Action = "action";

    /// <summary>An IRC NOTICE.</summary>
    public const string Notice = "notice";

    /// <summary>What the conversation itself tells, such as a new topic.</summary>
    public const string Info = "info";

    /// <summary>What an IRC server tells.</summary>
    public const string Server = "server";

    /// <summary>A line of an IRC server's message of the day.</summary>
    public const string Banner = "banner";

    /// <summary>What an IRC server refused.</summary>
    public const string Error = "error";

    /// <summary>Somebody joined.</summary>
    public const string Join = "join";

    /// <summary>Somebody left; the body is the reason.</summary>
    public const string Part = "part";

    /// <summary>Somebody left the IRC network; the body is the reason.</summary>
    public const string Quit = "quit";

    /// <summary>Somebody was kicked; the body says who and why.</summary>
    public const string Kick = "kick";
}

/// <summary>
/// A message as <c>conversationmsgs:&lt;conversationId&gt;</c> holds it: the fields of ADD_MESSAGE but for windowId.
/// </summary>
/// <param name="Gid">Its id (<c>nextGlobalMsgId</c>); grows within a conversation.</param>
/// <param name="UserId">Its author.</param>
/// <param name="Ts">When it was posted, unix seconds.</param>
/// <param name="Cat">A constant of <see cref="Category"/>.</param>
/// <param name="Body">The text; empty when deleted.</param>
/// <param name="Rid">The request's id, unique for its author: it makes posting it again do nothing.</param>
/// <param name="Status">Null, <see cref="Edited"/> or <see cref="Deleted"/>.</param>
/// <param name="UpdatedTs">When it was edited or deleted, unix seconds.</param>
/// <param name="Rev">The gid of its newest edit.</param>
public sealed record ChatMessage(
    long Gid, UserId UserId, long Ts, string Cat, string Body, string? Rid = null, string? Status = null, long? UpdatedTs = null, long? Rev = null)
{
    /// <summary><see cref="Status"/> of a message whose author changed its text.</summary>
    public const string Edited = "edited";

    /// <summary><see cref="Status"/> of a message whose author took it back.</summary>
    public const string Deleted = "deleted";

    private static ReadOnlySpan<byte> RidHead => "\"rid\":\""u8;

    private static readonly byte[] GidHead = """{"gid":"""u8.ToArray();

    /// <summary>What orders it among the changes of its conversation: its newest edit's gid, or its own.</summary>
    public long Order => Rev ?? Gid;

    /// <summary>The JSON that the history holds.</summary>
    public byte[] ToJson() => WireJson.Write(this, static (json, message) =>
    {
        json.WriteNumber("gid", message.Gid);
        json.WriteString("userId", message.UserId.Value);
        json.WriteNumber("ts", message.Ts);
        json.WriteString("cat", message.Cat);
        json.WriteString("body", message.Body);
        if (message.Status is { } status)
            json.WriteString("status", status);
        if (message.UpdatedTs is { } updated)
            json.WriteNumber("updatedTs", updated);
        if (message.Rev is { } rev)
            json.WriteNumber("rev", rev);
        if (message.Rid is { } rid)
            json.WriteString("rid", rid);
    });

    /// <summary>What follows the gid in the JSON that the history holds, while the gid is not known.</summary>
    internal byte[] ToJsonBehindGid() => (this with { Gid = 0 }).ToJson()[(GidHead.Length + "0,".Length)..];

    /// <summary>The JSON that the history holds, from <see cref="ToJsonBehindGid"/>.</summary>
    internal static byte[] ToJson(long gid, ReadOnlySpan<byte> behindGid) => WireJson.Splice(GidHead, gid, behindGid);

    /// <summary>The field of a message's idempotency record: <c>&lt;userId&gt;:&lt;rid&gt;</c> with the rid as its JSON spells it.</summary>
    internal static byte[] RecordOf(UserId author, string rid) => RecordOf(author, new ChatMessage(0, author, 0, "", "", rid).ToJson());

    /// <summary>The same, of a message whose JSON is known. The rid is its last field.</summary>
    internal static byte[] RecordOf(UserId author, ReadOnlySpan<byte> json)
    {
        var rid = json[(json.LastIndexOf(RidHead) + RidHead.Length)..^"\"}".Length];
        return [.. Encoding.UTF8.GetBytes(author.Value), (byte)':', .. rid];
    }

    /// <summary>Reads the JSON of a history.</summary>
    /// <returns>Null when it is no message: operators may have written there, and one bad entry must not hide the others.</returns>
    public static ChatMessage? FromJson(ReadOnlySpan<byte> json)
    {
        try
        {
            var reader = new Utf8JsonReader(json);
            if (!JsonDocument.TryParseValue(ref reader, out var document))
                return null;
            using (document)
            {
                var root = document.RootElement;
                return new ChatMessage(
                    root.GetProperty("gid").GetInt64(),
                    new UserId(root.GetProperty("userId").GetString()!),
                    root.GetProperty("ts").GetInt64(),
                    root.GetProperty("cat").GetString()!,
                    root.GetProperty("body").GetString()!,
                    root.TryGetProperty("rid", out var rid) ? rid.GetString() : null,
                    root.TryGetProperty("status", out var status) ? status.GetString() : null,
                    root.TryGetProperty("updatedTs", out var updated) ? updated.GetInt64() : null,
                    root.TryGetProperty("rev", out var rev) ? rev.GetInt64() : null);
            }
        }
        catch (Exception e) when (e is JsonException or KeyNotFoundException or InvalidOperationException or FormatException)
        {
            return null;
        }
    }
}

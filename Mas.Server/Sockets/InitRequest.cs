using System.Text.Json;
using Mas.Server.Requests;

namespace Mas.Server.Sockets;

/// <summary>INIT, the first frame of a client.</summary>
internal sealed record InitRequest(
    string ReqId, string Version, UserId? UserId, string? Secret, string? Ticket,
    IReadOnlyDictionary<int, long> Cached, long? CachedUpto, int MaxBacklogMsgs)
{
    private const int MaxCached = 10_000;

    /// <returns>Null when the frame is no INIT, or has an invalid field.</returns>
    internal static InitRequest? Read(ReadOnlyMemory<byte> frame, int defaultBacklog)
    {
        if (RequestReader.Parse(frame) is not { } document)
            return null;
        using (document)
        {
            var reader = new RequestReader(document.RootElement);
            if (reader.Type != "INIT" || reader.ReqId is null)
                return null;
            var init = new InitRequest(
                reader.ReqId,
                reader.OptionalText("version", 20) ?? "",
                reader.OptionalUser("userId"),
                reader.OptionalText("secret", 200),
                reader.OptionalText("ticket", 200),
                ReadCached(document.RootElement) ?? reader.Fail<IReadOnlyDictionary<int, long>>("cached", new Dictionary<int, long>()),
                reader.OptionalNumber("cachedUpto", 0, long.MaxValue),
                (int)(reader.OptionalNumber("maxBacklogMsgs", 0, int.MaxValue) is { } asked ? Math.Min(asked, 1000) : defaultBacklog));
            return reader.Problem is null ? init : null;
        }
    }

    private static Dictionary<int, long>? ReadCached(JsonElement root)
    {
        var cached = new Dictionary<int, long>();
        if (!root.TryGetProperty("cached", out var value) || value.ValueKind == JsonValueKind.Null)
            return cached;
        if (value.ValueKind != JsonValueKind.Object)
            return null;
        foreach (var property in value.EnumerateObject())
        {
            if (!int.TryParse(property.Name, out var windowId) || property.Value.ValueKind != JsonValueKind.Number
                || !property.Value.TryGetInt64(out var gid) || cached.Count >= MaxCached)
                return null;
            cached[windowId] = gid;
        }
        return cached;
    }
}

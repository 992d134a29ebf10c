using Newtonsoft.Json.Linq;

namespace Mas.Tests.Client;

/// <summary>Reads fields of entries with the types that the protocol gives them, and no others.</summary>
internal static class Wire
{
    /// <summary>A JSON integer that must be there.</summary>
    public static long Number(JObject json, string field) => OptionalNumber(json, field) ?? throw Wrong(json, field, "a number");

    /// <summary>A JSON string that must be there.</summary>
    public static string Text(JObject json, string field) => OptionalText(json, field) ?? throw Wrong(json, field, "a string");

    /// <summary>A JSON boolean that must be there.</summary>
    public static bool Flag(JObject json, string field) =>
        json[field] is { Type: JTokenType.Boolean } value ? value.Value<bool>() : throw Wrong(json, field, "a boolean");

    /// <summary>A JSON array of objects that must be there.</summary>
    public static IEnumerable<JObject> Objects(JObject json, string field) =>
        json[field] is JArray array && array.All(item => item is JObject)
            ? array.Cast<JObject>()
            : throw Wrong(json, field, "an array of objects");

    /// <summary>A JSON object that must be there.</summary>
    public static JObject Object(JObject json, string field) => json[field] as JObject ?? throw Wrong(json, field, "an object");

    /// <summary>A JSON integer; null when the field is absent.</summary>
    public static long? OptionalNumber(JObject json, string field) => json[field] switch
    {
        null => null,
        { Type: JTokenType.Integer } value => value.Value<long>(),
        _ => throw Wrong(json, field, "a number"),
    };

    /// <summary>A JSON string; null when the field is absent.</summary>
    public static string? OptionalText(JObject json, string field) => json[field] switch
    {
        null => null,
        { Type: JTokenType.String } value => value.Value<string>(),
        _ => throw Wrong(json, field, "a string"),
    };

    /// <summary>A JSON string that must be there, or null.</summary>
    public static string? TextOrNull(JObject json, string field) => json[field] switch
    {
        { Type: JTokenType.Null } => null,
        { Type: JTokenType.String } value => value.Value<string>(),
        _ => throw Wrong(json, field, "a string or null"),
    };

    private static ProtocolViolationException Wrong(JObject json, string field, string type) =>
        new($"{json.Value<string>("type") ?? "an entry"}: '{field}' must be {type}, and is {json[field]?.ToString() ?? "missing"}");
}

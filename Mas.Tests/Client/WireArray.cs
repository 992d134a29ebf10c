using Newtonsoft.Json;
using Newtonsoft.Json.Linq;

namespace Mas.Tests.Client;

/// <summary>Reads the frames that a server sends: arrays of objects, each with a type.</summary>
public static class WireArray
{
    private static readonly JsonLoadSettings Strict = new() { DuplicatePropertyNameHandling = DuplicatePropertyNameHandling.Error };

    /// <summary>The entries of one frame.</summary>
    /// <exception cref="ProtocolViolationException">It is not what the protocol says a frame is.</exception>
    public static IReadOnlyList<JObject> Parse(string frame)
    {
        JToken json;
        try
        {
            // Texts that look like dates are texts.
            using var reader = new JsonTextReader(new StringReader(frame)) { DateParseHandling = DateParseHandling.None };
            json = JToken.Load(reader, Strict);
            if (reader.Read())
                throw new ProtocolViolationException("More than one JSON value in a frame");
        }
        catch (JsonException e)
        {
            throw new ProtocolViolationException($"A frame is no JSON: {e.Message}");
        }
        if (json is not JArray { Count: > 0 } array)
            throw new ProtocolViolationException("A frame is no array with entries");
        return [.. array.Select(Entry)];
    }

    private static JObject Entry(JToken token) =>
        token is JObject entry && entry["type"]?.Type == JTokenType.String
            ? entry
            : throw new ProtocolViolationException("An entry is no object with a type");
}

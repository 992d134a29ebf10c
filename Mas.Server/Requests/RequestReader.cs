using System.Diagnostics.CodeAnalysis;
using System.Text;
using System.Text.Json;
using Mas.Core.Protocol;

namespace Mas.Server.Requests;

/// <summary>
/// Reads the fields of a request, each checked for type and size. The first error is kept in <see cref="Problem"/>, so a handler
/// reads all that it needs and then checks once. A missing field is an error, unless the method's name says Optional.
/// </summary>
internal sealed class RequestReader(JsonElement root)
{
    private const int MaxReqId = 100;
    private static readonly JsonDocumentOptions Options = new() { MaxDepth = 8 };

    /// <summary>What the client is answered when something is wrong, else null.</summary>
    internal Ack? Problem { get; private set; }

    /// <summary>The request itself.</summary>
    internal JsonElement Root => root;

    /// <summary><c>type</c>, or null when it is none.</summary>
    internal string? Type { get; } = StringOf(root, "type");

    /// <summary><c>reqId</c> as JSON, or null when there is none that could be repeated.</summary>
    internal string? ReqId { get; } =
        root.TryGetProperty("reqId", out var id) && id.ValueKind is JsonValueKind.String or JsonValueKind.Number && id.GetRawText() is { Length: <= MaxReqId } raw ? raw : null;

    /// <summary>The frame as a JSON object; null when it is none, or nested deeper than any request.</summary>
    internal static JsonDocument? Parse(ReadOnlyMemory<byte> frame)
    {
        try
        {
            var document = JsonDocument.Parse(frame, Options);
            if (document.RootElement.ValueKind == JsonValueKind.Object)
                return document;
            document.Dispose();
        }
        catch (JsonException)
        {
            // Answered like any other frame that is no object.
        }
        return null;
    }

    internal string Text(string name, int max, int min = 0)
    {
        if (!Has(name, out _))
            return Missing<string>(name) ?? "";
        var text = OptionalText(name, max);
        return text is not null && text.Length < min ? Missing<string>(name) ?? "" : text ?? "";
    }

    internal string? OptionalText(string name, int max)
    {
        if (!Has(name, out var value))
            return null;
        if (value.ValueKind != JsonValueKind.String || Decode(value) is not { } text)
            return Fail<string>(name);
        if (text.Length <= max)
            return text;
        Problem ??= new Ack(Status.TooLarge, $"'{name}' must have at most {max} characters.");
        return null;
    }

    /// <summary>A text on one line: no control characters.</summary>
    internal string? OptionalLine(string name, int max) =>
        OptionalText(name, max) is { } text ? text.Any(char.IsControl) ? Fail<string>(name) : text : null;

    internal int WindowId() => (int)(OptionalNumber("windowId", 1, int.MaxValue) ?? Missing<long>("windowId"));

    internal long Number(string name, long min, long max) => OptionalNumber(name, min, max) ?? Missing<long>(name);

    internal long? OptionalNumber(string name, long min, long max)
    {
        if (!Has(name, out var value))
            return null;
        if (value.ValueKind == JsonValueKind.Number && value.TryGetInt64(out var number) && number >= min && number <= max)
            return number;
        Fail<object>(name);
        return null;
    }

    internal bool? OptionalBool(string name)
    {
        if (!Has(name, out var value))
            return null;
        if (value.ValueKind is JsonValueKind.True or JsonValueKind.False)
            return value.GetBoolean();
        Fail<object>(name);
        return null;
    }

    internal UserId User(string name) => OptionalUser(name) ?? Missing<UserId>(name);

    /// <summary>A userId that may be missing; a number is taken for a MAS user's.</summary>
    internal UserId? OptionalUser(string name)
    {
        if (!Has(name, out var value))
            return null;
        var text = value.ValueKind switch { JsonValueKind.String => Decode(value), JsonValueKind.Number => value.GetRawText(), _ => null };
        if (UserId.TryParse(text, out var user))
            return user;
        Fail<object>(name);
        return null;
    }

    /// <summary>An object that may be missing, to be read like the request; what is wrong in it is in its own <see cref="Problem"/>.</summary>
    internal RequestReader? OptionalObject(string name)
    {
        if (!Has(name, out var value))
            return null;
        return value.ValueKind == JsonValueKind.Object ? new RequestReader(value) : Fail<RequestReader>(name);
    }

    /// <summary>Notes that a field is not what it should be.</summary>
    /// <returns><paramref name="instead"/>.</returns>
    [return: NotNullIfNotNull(nameof(instead))]
    internal T? Fail<T>(string name, T? instead = default)
    {
        Problem ??= new Ack(Status.ParameterInvalid, $"'{name}' is not valid.");
        return instead;
    }

    private static string? StringOf(JsonElement root, string name) =>
        root.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? Decode(value) : null;

    /// <summary>Null for half a surrogate pair, which is no text and could not be sent on.</summary>
    private static string? Decode(JsonElement value)
    {
        try
        {
            var text = value.GetString()!;
            return text.AsSpan().IndexOfAnyInRange('\ud800', '\udfff') < 0 || IsWellFormed(text) ? text : null;
        }
        catch (InvalidOperationException)
        {
            return null;
        }
    }

    private static bool IsWellFormed(string text)
    {
        for (var rest = text.AsSpan(); rest.Length > 0;)
        {
            if (Rune.DecodeFromUtf16(rest, out _, out var length) != System.Buffers.OperationStatus.Done)
                return false;
            rest = rest[length..];
        }
        return true;
    }

    private bool Has(string name, out JsonElement value) =>
        root.TryGetProperty(name, out value) && value.ValueKind is not (JsonValueKind.Null or JsonValueKind.Undefined);

    private T? Missing<T>(string name)
    {
        Problem ??= new Ack(Status.ParameterMissing, $"'{name}' is missing.");
        return default;
    }
}

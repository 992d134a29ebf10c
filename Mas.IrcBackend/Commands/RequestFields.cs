using System.Text.Json;

namespace Mas.IrcBackend.Commands;

/// <summary>Reads fields of a client's request; one of another type counts as missing.</summary>
internal readonly struct RequestFields(JsonElement request)
{
    /// <summary>The request's type.</summary>
    internal string Type => Text("type");

    /// <summary>A text, empty when missing.</summary>
    internal string Text(string name) =>
        request.ValueKind == JsonValueKind.Object && request.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString()! : "";

    /// <summary>A flag, false when missing.</summary>
    internal bool Flag(string name) =>
        request.ValueKind == JsonValueKind.Object && request.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.True;

    /// <summary>A whole number, 0 when missing.</summary>
    internal long Number(string name) =>
        request.ValueKind == JsonValueKind.Object && request.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.Number && value.TryGetInt64(out var number) ? number : 0;

    /// <summary>A userId, or null.</summary>
    internal UserId? User(string name) => UserId.TryParse(Text(name), out var user) ? user : null;
}

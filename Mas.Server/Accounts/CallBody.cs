using System.Text.Json;

namespace Mas.Server.Accounts;

/// <summary>Reads the body of a call: a JSON object or a form, whose values are strings and booleans.</summary>
internal sealed class CallBody
{
    private readonly Dictionary<string, string> _values = new(StringComparer.Ordinal);

    internal string this[string name] => _values.GetValueOrDefault(name, "");

    internal bool IsTrue(string name) => this[name] == "true";

    /// <summary>Null when the body is neither; a body that is not there is an empty one.</summary>
    internal static async Task<CallBody?> ReadAsync(HttpContext http)
    {
        var body = new CallBody();
        try
        {
            if (http.Request.HasFormContentType)
            {
                foreach (var (name, value) in await http.Request.ReadFormAsync(http.RequestAborted))
                    body._values[name] = value.ToString();
                return body;
            }
            if (http.Request.ContentLength is 0 or null && http.Request.Headers.TransferEncoding.Count == 0)
                return body;
            // Only JSON by name: a page of another origin can't send that without being asked first.
            if (!http.Request.HasJsonContentType())
                return null;
            using var document = await JsonDocument.ParseAsync(http.Request.Body, new JsonDocumentOptions { MaxDepth = 4 }, http.RequestAborted);
            if (document.RootElement.ValueKind != JsonValueKind.Object)
                return null;
            foreach (var property in document.RootElement.EnumerateObject())
            {
                body._values[property.Name] = property.Value.ValueKind switch
                {
                    JsonValueKind.String => property.Value.GetString()!,
                    JsonValueKind.True => "true",
                    _ => "",
                };
            }
            return body;
        }
        // A multipart body that has no end is an IOException.
        catch (Exception e) when (e is JsonException or IOException or InvalidDataException or InvalidOperationException)
        {
            return null;
        }
    }
}

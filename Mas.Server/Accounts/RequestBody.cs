using System.Text.Json;

namespace Mas.Server.Accounts;

/// <summary>The body of an HTTP request: a JSON object or a form with strings and booleans.</summary>
internal sealed class RequestBody
{
    private readonly Dictionary<string, string> _values = new(StringComparer.Ordinal);

    internal string this[string name] => _values.GetValueOrDefault(name, "");

    internal bool IsTrue(string name) => this[name] == "true";

    /// <returns>Null when the body is neither. A missing body counts as an empty one.</returns>
    internal static async Task<RequestBody?> ReadAsync(HttpContext http)
    {
        var body = new RequestBody();
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
            // Requires the JSON media type: a page of another origin cannot send it without a CORS preflight.
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
        // A multipart body without an end throws IOException.
        catch (Exception e) when (e is JsonException or IOException or InvalidDataException or InvalidOperationException)
        {
            return null;
        }
    }
}

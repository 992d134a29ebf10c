using Newtonsoft.Json.Linq;

namespace Mas.Tests.Client;

/// <summary>The message that a SEND or COMMAND has become, which its own session learns by the ACK alone.</summary>
internal static class SaidMessage
{
    private const string Me = "me";

    /// <summary>The message that an acknowledged request has posted to the window that it names.</summary>
    /// <returns>Null when it was another request, or a command that posts nothing there.</returns>
    public static ViewMessage? From(JObject request, JObject ack, string userId)
    {
        if (ack["gid"] is null || Said(request) is not var (cat, body))
            return null;
        return new ViewMessage(Wire.Number(ack, "gid"), userId, Wire.Number(ack, "ts"), cat, body);
    }

    private static (string Cat, string Body)? Said(JObject request) => request.Value<string>("type") switch
    {
        "COMMAND" when request.Value<string>("command") == Me => ("action", request.Value<string>("params")!.Trim()),
        "SEND" => SaidBy(request.Value<string>("text")!),
        _ => null,
    };

    private static (string Cat, string Body)? SaidBy(string text)
    {
        if (text.StartsWith("//", StringComparison.Ordinal))
            return ("msg", text[1..]);
        if (!text.StartsWith('/'))
            return ("msg", text);
        return text.StartsWith($"/{Me} ", StringComparison.OrdinalIgnoreCase) ? ("action", text[(Me.Length + 2)..].Trim()) : null;
    }
}

using Newtonsoft.Json.Linq;

namespace Mas.Tests.Client;

/// <summary>The message that a SEND or COMMAND has become, which its own session learns by the ACK alone.</summary>
internal static class SaidMessage
{
    private const string Me = "/me ";

    /// <summary>The message that an acknowledged request has posted.</summary>
    /// <returns>Null when it was another request, or a command that posts nothing here.</returns>
    public static ViewMessage? From(JObject request, JObject ack, string userId)
    {
        if (request.Value<string>("type") != "SEND" || ack["gid"] is null)
            return null;
        var text = request.Value<string>("text")!;
        var (cat, body) = text switch
        {
            _ when text.StartsWith("//", StringComparison.Ordinal) => ("msg", text[1..]),
            _ when text.StartsWith(Me, StringComparison.OrdinalIgnoreCase) => ("action", text[Me.Length..]),
            _ => ("msg", text),
        };
        return new ViewMessage(Wire.Number(ack, "gid"), userId, Wire.Number(ack, "ts"), cat, body);
    }
}

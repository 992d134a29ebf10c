using System.Text;
using Mas.Core.Json;

namespace Mas.Core.Protocol;

/// <summary>The answer to a request, before it is written: success or failure, and what the request's row says.</summary>
/// <param name="Status">A constant of <see cref="Protocol.Status"/>.</param>
/// <param name="ErrorMsg">A sentence fit to show, of a failure.</param>
/// <param name="Result">What it says besides, or null.</param>
public sealed record Ack(string Status, string? ErrorMsg = null, AckResult? Result = null)
{
    /// <summary>Success without further fields.</summary>
    public static readonly Ack Ok = new(Protocol.Status.Ok);

    /// <summary>The window does not exist, or is not this user's.</summary>
    public static readonly Ack NoWindow = new(Protocol.Status.NotFound, "This window does not exist.");

    /// <summary>Redis or a worker is unavailable.</summary>
    public static readonly Ack Unavailable = new(Protocol.Status.Unavailable, "The service is temporarily unavailable. Try again.");

    /// <summary>An unexpected error.</summary>
    public static readonly Ack Failed = new(Protocol.Status.Error, "The request failed. The operator has been notified.");

    /// <summary>Writes the ACK. By hand, since most are as small as this, and repeat the <c>reqId</c> as it is.</summary>
    /// <param name="reqId">The request's <c>reqId</c>, as the JSON that it was.</param>
    public byte[] ToJson(string reqId)
    {
        var ack = WireJson.Write((this, reqId), static (json, state) =>
        {
            json.WriteString("type", "ACK");
            json.WritePropertyName("reqId");
            json.WriteRawValue(state.reqId, skipInputValidation: true);
            json.WriteString("status", state.Item1.Status);
            if (state.Item1.ErrorMsg is { } errorMsg)
                json.WriteString("errorMsg", errorMsg);
        });
        return Result is null ? ack : WireJson.Concat(ack, Result.ToJson());
    }

    /// <summary>The ACK of a SEND.</summary>
    public static byte[] Sent(string reqId, long gid, long ts) =>
        Encoding.UTF8.GetBytes($$"""{"type":"ACK","reqId":{{reqId}},"status":"OK","gid":{{gid}},"ts":{{ts}}}""");
}

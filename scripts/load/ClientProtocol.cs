using System.Text;

namespace Mas.Load;

/// <summary>How the clients of a kind of server talk to it. The load processes treat all kinds alike.</summary>
internal abstract class ClientProtocol
{
    /// <summary>Stands in each message, with the time of sending behind it, so that a receiver knows the latency.</summary>
    public const string Marker = "~t";

    private static readonly Dictionary<string, ClientProtocol> ByName = new()
    {
        ["mas"] = new MasProtocol(),
        ["socketio"] = new SocketIoProtocol(),
        ["signalr"] = new SignalRProtocol(),
        ["kestrel"] = new KestrelProtocol(),
        ["mas-irc"] = new MasIrcProtocol(),
        ["thelounge"] = new TheLoungeProtocol(),
    };

    public static ClientProtocol Of(string name) => ByName[name];

    /// <summary>Part of the frame that says that the client's start is complete.</summary>
    public abstract byte[] Ready { get; }

    /// <summary>What stands once in a frame for each message of this client that the server has accepted; empty where nothing is acknowledged.</summary>
    public abstract byte[] Ack { get; }

    /// <summary>The frame with which the server asks whether the client is alive, and the answer.</summary>
    public virtual (byte[] Question, byte[] Answer)? Ping => null;

    /// <summary>On the way to being ready: what a frame begins with, and what the client sends then.</summary>
    public virtual IReadOnlyList<(byte[] Begin, Func<PlannedClient, string> Answer)> Handshake => [];

    /// <summary>One message; <paramref name="text"/> is plain ASCII.</summary>
    public abstract string Message(PlannedClient client, long id, string text);
}

internal sealed class MasProtocol : ClientProtocol
{
    public override byte[] Ready { get; } = "\"FINISH_INIT\""u8.ToArray();

    public override byte[] Ack { get; } = "{\"type\":\"ACK\""u8.ToArray();

    public override string Message(PlannedClient client, long id, string text) =>
        $$"""{"type":"SEND","reqId":{{id}},"windowId":{{client.WindowId}},"text":"{{text}}"}""";
}

/// <summary>Engine.IO 4 and Socket.IO 5 over a WebSocket.</summary>
internal sealed class SocketIoProtocol : ClientProtocol
{
    public override byte[] Ready { get; } = "42[\"joined\"]"u8.ToArray();

    public override byte[] Ack { get; } = "43"u8.ToArray();

    public override (byte[], byte[])? Ping => ("2"u8.ToArray(), "3"u8.ToArray());

    public override IReadOnlyList<(byte[], Func<PlannedClient, string>)> Handshake { get; } =
        [("0{"u8.ToArray(), _ => "40"), ("40"u8.ToArray(), client => $"42[\"join\",\"{client.Group}\"]")];

    public override string Message(PlannedClient client, long id, string text) => $"42{id}[\"say\",\"{client.Group}\",\"{text}\"]";
}

/// <summary>SignalR's hub protocol in JSON, without negotiation. U+001E ends each message.</summary>
internal sealed class SignalRProtocol : ClientProtocol
{
    /// <summary>What a client sends first.</summary>
    public const string Hello = "{\"protocol\":\"json\",\"version\":1}\u001e";

    private static readonly byte[] PingMessage = Encoding.ASCII.GetBytes("{\"type\":6}\u001e");

    /// <summary>The answer to the invocation of Join, whose id is 0.</summary>
    public override byte[] Ready { get; } = "{\"type\":3,\"invocationId\":\"0\""u8.ToArray();

    public override byte[] Ack { get; } = "{\"type\":3,"u8.ToArray();

    public override (byte[], byte[])? Ping => (PingMessage, PingMessage);

    public override IReadOnlyList<(byte[], Func<PlannedClient, string>)> Handshake { get; } =
        [(Encoding.ASCII.GetBytes("{}\u001e"), client => Invocation(0, "Join", $"\"{client.Group}\""))];

    public override string Message(PlannedClient client, long id, string text) => Invocation(id, "Say", $"\"{client.Group}\",\"{text}\"");

    private static string Invocation(long id, string method, string arguments) =>
        $$"""{"type":1,"invocationId":"{{id}}","target":"{{method}}","arguments":[{{arguments}}]}""" + "\u001e";
}

internal sealed class KestrelProtocol : ClientProtocol
{
    public override byte[] Ready { get; } = "ready"u8.ToArray();

    public override byte[] Ack { get; } = "ack"u8.ToArray();

    public override string Message(PlannedClient client, long id, string text) => $"{{\"type\":\"ADD_MESSAGE\",\"body\":\"{text}\"}}";
}

using System.Text;

namespace Mas.Load;

/// <summary>How a kind of server is talked to: the load processes treat all kinds alike.</summary>
internal abstract class Dialect
{
    /// <summary>What a client sends, with the time in it, so that a receiver knows the latency.</summary>
    public const string Marker = "~t";

    private static readonly Dictionary<string, Dialect> ByName = new()
    {
        ["mas"] = new MasDialect(),
        ["socketio"] = new SocketIoDialect(),
        ["floor"] = new FloorDialect(),
        ["mas-irc"] = new MasIrcDialect(),
        ["thelounge"] = new TheLoungeDialect(),
    };

    public static Dialect Of(string name) => ByName[name];

    /// <summary>What tells, in a frame, that the client's start is complete.</summary>
    public abstract byte[] Ready { get; }

    /// <summary>What tells, in a frame, that one message of the own was taken; counted.</summary>
    public abstract byte[] Ack { get; }

    /// <summary>Frames to answer at once: what they begin with, and the answer (pings).</summary>
    public virtual (byte[] Begin, byte[] Answer)? Ping => null;

    /// <summary>What a client says when it has heard this, on its way to being ready.</summary>
    public virtual (byte[] Begin, Func<PlannedClient, byte[]> Answer)? Handshake => null;

    /// <summary>One message; <paramref name="text"/> is plain ASCII.</summary>
    public abstract string Message(PlannedClient client, long id, string text);

    private sealed class MasDialect : Dialect
    {
        public override byte[] Ready { get; } = "\"FINISH_INIT\""u8.ToArray();

        public override byte[] Ack { get; } = "{\"type\":\"ACK\""u8.ToArray();

        public override string Message(PlannedClient client, long id, string text) =>
            $$"""{"type":"SEND","reqId":{{id}},"windowId":{{client.WindowId}},"text":"{{text}}"}""";
    }

    private sealed class SocketIoDialect : Dialect
    {
        public override byte[] Ready { get; } = "42[\"joined\"]"u8.ToArray();

        public override byte[] Ack { get; } = "43"u8.ToArray();

        public override (byte[], byte[])? Ping => ("2"u8.ToArray(), "3"u8.ToArray());

        public override (byte[], Func<PlannedClient, byte[]>)? Handshake =>
            ("40"u8.ToArray(), client => Encoding.ASCII.GetBytes($"42[\"join\",\"{client.Group}\"]"));

        public override string Message(PlannedClient client, long id, string text) => $"42{id}[\"say\",\"{client.Group}\",\"{text}\"]";
    }

    private sealed class FloorDialect : Dialect
    {
        public override byte[] Ready { get; } = "ready"u8.ToArray();

        public override byte[] Ack { get; } = "ack"u8.ToArray();

        public override string Message(PlannedClient client, long id, string text) => $"{{\"type\":\"ADD_MESSAGE\",\"body\":\"{text}\"}}";
    }
}

using System.Net.WebSockets;
using System.Text;
using Mas.Tests.Client;
using Newtonsoft.Json.Linq;

namespace Mas.Tests.EndToEnd;

/// <summary>A socket whose every entry the test looks at itself, for what no well-behaved client does.</summary>
internal sealed class RawSession : IAsyncDisposable
{
    private static readonly TimeSpan Deadline = Harness.Eventually.DefaultDeadline;

    private readonly MasSocket _socket;
    private readonly Queue<JObject> _entries = new();

    private RawSession(MasSocket socket) => _socket = socket;

    /// <summary>The socket.</summary>
    public MasSocket Socket => _socket;

    /// <summary>Connects and sends nothing.</summary>
    public static async Task<RawSession> ConnectAsync(Uri server, string? cookie = null) => new(await MasSocket.ConnectAsync(server, cookie));

    /// <summary>Connects and sends INIT with these fields.</summary>
    public static async Task<RawSession> OpenAsync(Uri server, object init, string? cookie = null)
    {
        var session = await ConnectAsync(server, cookie);
        var frame = JObject.FromObject(init);
        frame["type"] = "INIT";
        frame["reqId"] = 1;
        await session.SendAsync(frame.ToString());
        return session;
    }

    /// <summary>Sends a frame.</summary>
    public ValueTask SendAsync(string frame) => _socket.SendAsync(Encoding.UTF8.GetBytes(frame));

    /// <summary>The next entry; null once the socket has ended, in order or not.</summary>
    public async Task<JObject?> NextAsync()
    {
        if (_entries.Count == 0)
        {
            using var deadline = new CancellationTokenSource(Deadline);
            try
            {
                if (await _socket.ReceiveAsync(deadline.Token) is not { } frame)
                    return null;
                foreach (var entry in WireArray.Parse(Encoding.UTF8.GetString(frame.Span)))
                    _entries.Enqueue(entry);
            }
            catch (WebSocketException)
            {
                return null;
            }
        }
        return _entries.Dequeue();
    }

    /// <summary>The next entry of a type; others are passed over. Null when the socket has ended before.</summary>
    public async Task<JObject?> NextAsync(string type)
    {
        while (await NextAsync() is { } entry)
        {
            if (entry.Value<string>("type") == type)
                return entry;
        }
        return null;
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => _socket.DisposeAsync();
}

using System.Collections.Concurrent;
using System.Net.WebSockets;
using System.Threading.Channels;
using Mas.Tests.Harness;

namespace Mas.Load;

/// <summary>Plain Kestrel WebSockets that fan out in memory: an upper bound, without Redis and without keeping anything.</summary>
internal sealed class KestrelTarget : Target
{
    private readonly TempFolder _folder = new("kestrel");
    private readonly ChildProcess _process;
    private readonly int _port;

    private KestrelTarget(int port)
    {
        _port = port;
        _process = ChildProcess.Start("Kestrel", Environment.ProcessPath!, [.. ThisProgram.Arguments, "kestrel", $"{port}"], _folder.Path);
    }

    public override string Protocol => "kestrel";

    public override IReadOnlyList<(string, int)> Processes => [("Kestrel", _process.Id)];

    public static async Task<KestrelTarget> StartAsync()
    {
        var target = new KestrelTarget(FreePort.Next());
        await target._process.WaitForLineAsync("listening");
        return target;
    }

    public override Task<IReadOnlyList<PlannedClient>> PrepareAsync(Scenario scenario) =>
        Task.FromResult(scenario.Plan((_, group) => $"ws://127.0.0.1:{_port}/ws?group={group}", ""));

    public override async ValueTask DisposeAsync()
    {
        await _process.DisposeAsync();
        _folder.Dispose();
    }

    /// <summary>The server itself, in a process of its own.</summary>
    public static async Task ServeAsync(int port)
    {
        var groups = new ConcurrentDictionary<string, ConcurrentDictionary<Channel<byte[]>, bool>>();
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        var app = builder.Build();
        app.UseWebSockets();
        app.Map("/ws", async http =>
        {
            using var socket = await http.WebSockets.AcceptWebSocketAsync();
            var outgoing = Channel.CreateUnbounded<byte[]>(new UnboundedChannelOptions { SingleReader = true });
            var group = groups.GetOrAdd(http.Request.Query["group"]!, _ => new());
            group[outgoing] = true;
            outgoing.Writer.TryWrite("ready"u8.ToArray());
            var writing = WriteAsync(socket, outgoing.Reader);
            await ReadAsync(socket, group, outgoing);
            group.TryRemove(outgoing, out _);
            outgoing.Writer.Complete();
            await writing;
        });
        app.Urls.Add($"http://127.0.0.1:{port}");
        await app.StartAsync();
        Console.WriteLine("listening");
        await app.WaitForShutdownAsync();
    }

    private static async Task ReadAsync(WebSocket socket, ConcurrentDictionary<Channel<byte[]>, bool> group, Channel<byte[]> own)
    {
        var buffer = new byte[4096];
        try
        {
            while (await socket.ReceiveAsync(buffer.AsMemory(), CancellationToken.None) is { MessageType: WebSocketMessageType.Text } part)
            {
                var message = buffer.AsSpan(0, part.Count).ToArray();
                foreach (var member in group.Keys)
                    member.Writer.TryWrite(member == own ? "ack"u8.ToArray() : message);
            }
        }
        catch (WebSocketException)
        {
            // The client is gone.
        }
    }

    /// <summary>Writes all messages that wait for a socket in one frame, as MAS does.</summary>
    private static async Task WriteAsync(WebSocket socket, ChannelReader<byte[]> outgoing)
    {
        var frame = new byte[256 * 1024];
        try
        {
            while (await outgoing.WaitToReadAsync())
            {
                var length = 0;
                while (length < frame.Length - 4096 && outgoing.TryRead(out var message))
                {
                    message.CopyTo(frame, length);
                    length += message.Length;
                    frame[length++] = (byte)',';
                }
                await socket.SendAsync(frame.AsMemory(0, length), WebSocketMessageType.Text, true, CancellationToken.None);
            }
        }
        catch (WebSocketException)
        {
            // The client is gone.
        }
    }
}

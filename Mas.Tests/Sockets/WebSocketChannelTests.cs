using System.Net;
using System.Net.Sockets;
using System.Net.WebSockets;
using System.Text;
using Mas.Server.Sockets;

namespace Mas.Tests.Sockets;

public sealed class WebSocketChannelTests
{
    [Fact]
    public async Task Send_BehindTheLastFrame_IsRefused()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        using var near = new TcpClient();
        await near.ConnectAsync(IPAddress.Loopback, ((IPEndPoint)listener.LocalEndpoint).Port);
        using var far = await listener.AcceptTcpClientAsync();
        using var client = WebSocket.CreateFromStream(near.GetStream(), new WebSocketCreationOptions());
        using var server = WebSocket.CreateFromStream(far.GetStream(), new WebSocketCreationOptions { IsServer = true });
        using var channel = new WebSocketChannel(server, 1000);

        var sent = await Task.WhenAll(SendAsync("first"), SendAsync("TERMINATE", isLast: true), SendAsync("too late"));
        await channel.CloseAsync(WebSocketCloseStatus.NormalClosure, "over");

        Assert.Equal([true, true, false], sent);
        Assert.Equal(["first", "TERMINATE"], await ReadToEndAsync(client));

        Task<bool> SendAsync(string text, bool isLast = false) => channel.SendAsync(Encoding.UTF8.GetBytes(text), CancellationToken.None, isLast).AsTask();
    }

    private static async Task<List<string>> ReadToEndAsync(WebSocket socket)
    {
        var frames = new List<string>();
        var buffer = new byte[100];
        while (await socket.ReceiveAsync(buffer, CancellationToken.None) is { MessageType: WebSocketMessageType.Text } frame)
            frames.Add(Encoding.UTF8.GetString(buffer, 0, frame.Count));
        return frames;
    }
}

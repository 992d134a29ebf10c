using System.Net.Sockets;
using System.Text;

namespace Mas.Tests.Harness;

public sealed class TcpProxyTests
{
    [Fact]
    public async Task Proxy_OfRedis_PassesHoldsBackCutsAndRefuses()
    {
        await using var redis = await RedisServer.StartAsync();
        await using var proxy = TcpProxy.To(() => redis.Port);
        using (var first = await ConnectAsync(proxy))
        {
            Assert.Equal("+PONG\r\n", await PingAsync(first));

            proxy.Delay = TimeSpan.FromMilliseconds(50);
            var begun = Environment.TickCount64;
            Assert.Equal("+PONG\r\n", await PingAsync(first));
            Assert.True(Environment.TickCount64 - begun >= 90, "not delayed in both directions");
            proxy.Delay = TimeSpan.Zero;

            proxy.HoldBack();
            proxy.HoldBack();
            var held = PingAsync(first);
            await Assert.ThrowsAsync<TimeoutException>(() => held.WaitAsync(TimeSpan.FromMilliseconds(300)));
            proxy.Flow();
            Assert.Equal("+PONG\r\n", await held.WaitAsync(Eventually.DefaultDeadline));

            proxy.Cut();
            await Assert.ThrowsAsync<SocketException>(() => PingAsync(first));
        }
        using (var second = await ConnectAsync(proxy))
        {
            Assert.Equal("+PONG\r\n", await PingAsync(second));
            proxy.Refuse();
            await Assert.ThrowsAsync<SocketException>(() => PingAsync(second));
        }
        await Assert.ThrowsAsync<SocketException>(async () =>
        {
            using var refused = await ConnectAsync(proxy);
            await PingAsync(refused);
        });
        proxy.Accept();
        using var third = await ConnectAsync(proxy);
        Assert.Equal("+PONG\r\n", await PingAsync(third));

        // QUIT closes from the other side: the last answer arrives, then the end in order.
        await third.SendAsync(Encoding.ASCII.GetBytes("QUIT\r\n"));
        Assert.Equal("+OK\r\n", await ReadAsync(third));
        Assert.Equal("", await ReadAsync(third));
        third.Dispose();
        await Eventually.HoldsAsync(() => proxy.Connections == 0, "no connection is left");
    }

    private static async Task<Socket> ConnectAsync(TcpProxy proxy)
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        await socket.ConnectAsync("127.0.0.1", proxy.Port);
        return socket;
    }

    private static async Task<string> PingAsync(Socket socket)
    {
        await socket.SendAsync(Encoding.ASCII.GetBytes("PING\r\n"));
        return await ReadAsync(socket);
    }

    private static async Task<string> ReadAsync(Socket socket)
    {
        var buffer = new byte[100];
        return Encoding.ASCII.GetString(buffer, 0, await socket.ReceiveAsync(buffer));
    }
}

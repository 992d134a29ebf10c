using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Mas.Tests.Harness;
using StackExchange.Redis;

namespace Mas.Tests.Irc.Connections;

/// <summary>Many connections in one process of production, idle as most are.</summary>
public class ScaleTests
{
    private const int Connections = 2000;
    private const int MaxBytesEach = 40 * 1024;

    /// <summary>
    /// The process's whole managed heap may not be larger than all connections' share: beyond that the runtime ends the process.
    /// So nothing is measured that garbage, or another test, could change.
    /// </summary>
    [Fact]
    public async Task Connections_TwoThousandIdle_TakeLittleMemoryEach()
    {
        using var stop = new CancellationTokenSource();
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start(Connections);
        var serving = ServeAsync(listener, stop.Token);
        using var folder = new TempFolder("scale");
        await using var redis = await RedisServer.StartAsync();
        await AddUsersAsync(redis.Database);
        var metrics = $"http://127.0.0.1:{FreePort.Next()}";
        await using var manager = ChildProcess.Start(
            "Mas.IrcBackend",
            "dotnet",
            [
                BuildOutput.AssemblyOf("Mas.IrcBackend"), $"--Redis:Endpoint={redis.Endpoint}", "--Irc:Roles=connectionmanager", $"--Worker:MetricsUrl={metrics}",
                "--Irc:Networks:Net:Host=127.0.0.1", $"--Irc:Networks:Net:Port={((IPEndPoint)listener.LocalEndpoint).Port}",
                "--Irc:Networks:Net:Tls=off", "--Irc:Networks:Net:ConnectsPerMinute=0",
            ],
            folder.Path,
            new Dictionary<string, string?>
            {
                ["DOTNET_gcServer"] = "0",
                ["DOTNET_GCHeapHardLimit"] = (Connections * MaxBytesEach).ToString("X", CultureInfo.InvariantCulture),
                ["DOTNET_hostBuilder__reloadConfigOnChange"] = "false",
            });

        await manager.WaitForLineAsync($"{Connections} start");
        using var http = new HttpClient();
        await Eventually.PassesAsync(
            async () =>
            {
                Assert.False(manager.HasExited, manager.LogTail);
                var text = await http.GetStringAsync(new Uri(metrics + "/metrics"));
                Assert.Contains($"mas_irc_connections{{network=\"Net\",state=\"connected\"}} {Connections}\n", text, StringComparison.Ordinal);
            },
            TimeSpan.FromMinutes(2));

        Assert.Equal(0, await manager.StopAsync(TimeSpan.FromMinutes(1)));
        await stop.CancelAsync();
        await serving;
    }

    private static Task AddUsersAsync(IDatabase database) => Task.WhenAll(Enumerable.Range(1, Connections).SelectMany(i => new Task[]
    {
        database.HashSetAsync($"user:{i}", [new("nick", $"user{i}"), new("name", $"User {i}"), new("inuse", "1")]),
        database.SetAddAsync("ircconnections", $"{i}:Net"),
    }));

    private static async Task ServeAsync(TcpListener listener, CancellationToken stop)
    {
        var peers = new List<Task>();
        try
        {
            while (true)
                peers.Add(ServeAsync(await listener.AcceptTcpClientAsync(stop)));
        }
        catch (OperationCanceledException)
        {
            await Task.WhenAll(peers);
        }
    }

    private static async Task ServeAsync(TcpClient client)
    {
        using var _ = client;
        var buffer = new byte[512];
        var said = "";
        while (await client.GetStream().ReadAsync(buffer) is > 0 and var count)
        {
            said += Encoding.ASCII.GetString(buffer, 0, count);
            if (said.Contains("QUIT ", StringComparison.Ordinal))
                return;
            if (!said.Contains("USER ", StringComparison.Ordinal))
                continue;
            await client.GetStream().WriteAsync(":s CAP * LS :\r\n:s 001 u :Welcome\r\n:s 005 u NICKLEN=30 CHANTYPES=# :are supported by this server\r\n:s 422 u :No MOTD\r\n"u8.ToArray());
            said = "";
        }
    }
}

using System.Net;
using System.Net.Sockets;
using System.Text;
using Mas.IrcBackend.Connections;
using Mas.IrcBackend.Protocol.Session;
using Mas.Tests.Harness;
using Microsoft.Extensions.Logging.Abstractions;

namespace Mas.Tests.Irc.Connections;

/// <summary>Many connections of production in one process, idle as most are.</summary>
[Collection(nameof(ScaleTests))]
[CollectionDefinition(nameof(ScaleTests), DisableParallelization = true)]
public class ScaleTests
{
    private const int Connections = 2000;
    private const int MaxBytesEach = 40 * 1024;

    [Fact]
    public async Task TwoThousandIdleConnections_TakeLittleMemoryEach()
    {
        using var stop = new CancellationTokenSource();
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start(Connections);
        var serving = ServeAsync(listener, stop.Token);
        var time = TimeProvider.System;
        var settings = new NetworkSettings { Name = "Net", Servers = [new("127.0.0.1", ((IPEndPoint)listener.LocalEndpoint).Port, false)] };
        var network = new NetworkContext(settings, new ConnectRate(0, time), new StsPolicies(null, time, NullLogger<StsPolicies>.Instance), time);
        var registered = new Counter();

        var before = GC.GetTotalMemory(forceFullCollection: true);
        var links = Enumerable.Range(0, Connections)
            .Select(i => new NetworkLink(network, new IrcAccount($"user{i}", "u", "U", null), registered))
            .Select(link => link.RunAsync("done", stop.Token)).ToList();
        await Eventually.HoldsAsync(() => registered.Count == Connections, "all are registered", TimeSpan.FromMinutes(1));
        var each = (GC.GetTotalMemory(forceFullCollection: true) - before) / Connections;

        await stop.CancelAsync();
        await Task.WhenAll(links);
        await serving;
        // The servers' ends are in this process too, so the truth is less than this.
        Assert.InRange(each, 1, MaxBytesEach);
    }

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
            if (said.Contains("USER ", StringComparison.Ordinal))
                await client.GetStream().WriteAsync(":s CAP * LS :\r\n:s 001 u :Welcome\r\n:s 005 u NICKLEN=30 CHANTYPES=# :are supported by this server\r\n:s 422 u :No MOTD\r\n"u8.ToArray());
            if (said.Contains("QUIT ", StringComparison.Ordinal))
                return;
            said = said.Contains("USER ", StringComparison.Ordinal) ? "" : said;
        }
    }

    private sealed class Counter : IConnectionObserver
    {
        private int _count;

        public int Count => Volatile.Read(ref _count);

        public ValueTask ConnectingAsync(ServerAddress server, long generation, CancellationToken stop) => ValueTask.CompletedTask;

        public ValueTask ReceivedAsync(string line, bool isForOthers, CancellationToken stop) => ValueTask.CompletedTask;

        public ValueTask SentAsync(string line, CancellationToken stop) => ValueTask.CompletedTask;

        public ValueTask HappenedAsync(SessionEvent what, CancellationToken stop)
        {
            if (what is SessionEvent.Registered)
                Interlocked.Increment(ref _count);
            return ValueTask.CompletedTask;
        }

        public ValueTask EndedAsync(ConnectionOutcome outcome, NextAttempt next, CancellationToken stop) => ValueTask.CompletedTask;
    }
}

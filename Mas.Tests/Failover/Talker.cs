using System.Collections.Concurrent;
using System.Net.WebSockets;
using Mas.Tests.Client;
using Mas.Tests.Harness;

namespace Mas.Tests.Failover;

/// <summary>What was acknowledged, and when.</summary>
internal sealed record Acknowledged(long Gid, DateTimeOffset At);

/// <summary>Says things in one group as a real client does: comes back when the session ends, and repeats what was not acknowledged.</summary>
internal sealed class Talker(MasSystem mas, MasLogin login, string group)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(4);

    private MasClient? _client;
    private ChatView? _lastView;

    /// <summary>By rid.</summary>
    public ConcurrentDictionary<string, Acknowledged> Said { get; } = new();

    /// <summary>Says one thing after the other until it is told to stop, and the last one has been acknowledged.</summary>
    public async Task TalkAsync(CancellationToken stop)
    {
        for (var i = 0; !stop.IsCancellationRequested; i++)
            await SayAsync($"{login.UserId}-{i}");
    }

    /// <summary>The session now; a new one when there is none.</summary>
    public async Task<MasClient> ConnectedAsync()
    {
        while (true)
        {
            if (_client is { Ended.IsCompleted: false } open)
                return open;
            try
            {
                await LeaveAsync();
                return _client = await MasClient.ConnectAsync(mas.Address, login, new MasClientOptions { Resume = _lastView, Deadline = Patience });
            }
            catch (Exception e) when (IsFault(e))
            {
                await Task.Delay(100);
            }
        }
    }

    /// <summary>Drops the connection.</summary>
    public async Task LeaveAsync()
    {
        if (_client is not { } client)
            return;
        _client = null;
        await client.BreakAsync();
        if (client.Violation is { } violation)
            throw new ProtocolViolationException(violation);
        _lastView = client.LastView;
        await client.DisposeAsync();
    }

    private async Task SayAsync(string rid)
    {
        for (var retry = false; ; retry = true)
        {
            var client = await ConnectedAsync();
            try
            {
                var ack = await client.RequestAsync("SEND", new { windowId = client.Window(group), text = rid, rid, retry });
                if (ack.Value<string>("status") == "OK")
                {
                    Said[rid] = new Acknowledged(ack.Value<long>("gid"), DateTimeOffset.UtcNow);
                    return;
                }
                Assert.Equal("UNAVAILABLE", ack.Value<string>("status"));
                await Task.Delay(100);
            }
            catch (Exception e) when (IsFault(e))
            {
                await LeaveAsync();
            }
        }
    }

    private static bool IsFault(Exception e) => e is MasSessionEndedException or TimeoutException or WebSocketException or HttpRequestException
        or OperationCanceledException or ObjectDisposedException or IOException;
}

using System.Diagnostics;
using Mas.Tests.Client;
using Mas.Tests.Harness;

namespace Mas.Tests.EndToEnd;

public sealed class LimitTests
{
    [Fact]
    public async Task Requests_FasterThanAllowed_AreRateLimitedUntilRetryAfter()
    {
        await using var mas = await MasSystem.StartAsync(new MasSystemOptions
        {
            Settings = new Dictionary<string, string> { ["Limits:RequestsPerSecond"] = "20", ["Limits:RequestBurst"] = "60" },
        });
        var client = await mas.NewClientAsync("quick");
        var other = await mas.NewClientAsync("other");
        var clock = Stopwatch.StartNew();
        var acks = await Task.WhenAll(Enumerable.Range(0, 200).Select(_ => client.RequestAsync("GET_PROFILE")));
        var allowed = 60 + (20 * clock.Elapsed.TotalSeconds);

        var ok = acks.Count(ack => ack.Value<string>("status") == "OK");
        Assert.InRange(ok, 60, allowed + 1);
        var limited = acks.Where(ack => ack.Value<string>("status") == "RATE_LIMITED").ToArray();
        Assert.Equal(200 - ok, limited.Length);
        Assert.All(limited, ack => Assert.InRange(ack.Value<double>("retryAfter"), 0.0001, 60));
        await other.OkAsync("GET_PROFILE");
        await Eventually.HoldsAsync(async () => (await client.RequestAsync("GET_PROFILE")).Value<string>("status") == "OK", "requests are accepted again");
    }

    [Fact]
    public async Task History_LongerThanItsLimit_KeepsTheNewest()
    {
        await using var mas = await MasSystem.StartAsync(new MasSystemOptions
        {
            Settings = new Dictionary<string, string> { ["History:MaxMessages"] = "10" },
        });
        var alice = await mas.NewClientAsync("alice");
        var windowId = await alice.CreateAsync(Steps.NewName("short"));
        var gids = new List<long>();
        for (var i = 0; i < 25; i++)
            gids.Add(await alice.SayAsync(windowId, $"line {i}"));

        var conversation = await mas.Redis.Database.ConversationAsync(alice.UserId, windowId);
        Assert.Equal(gids.TakeLast(10), (await mas.Redis.Database.MessagesAsync(conversation)).Select(message => message.Value<long>("gid")));

        // A client that missed more than there is learns that there is a gap.
        await alice.BreakAsync();
        var other = await mas.NewClientAsync("other");
        await other.JoinAsync((await mas.Redis.Database.HashAsync($"conversation:{conversation}"))["name"]);
        var otherWindow = other.Read(view => view.Windows.Values.Single(window => window.Type == "group").WindowId);
        for (var i = 0; i < 25; i++)
            await other.SayAsync(otherWindow, $"missed {i}");
        var resumed = await mas.ConnectAsync(alice.Login, new MasClientOptions { Resume = alice.LastView });
        Assert.True(resumed.Read(view => view.Windows[windowId].HasGap));
        Assert.Equal(10, resumed.Read(view => view.Windows[windowId].Messages.Count));
    }

    [Fact]
    public async Task Settings_WithAWrongValue_StopTheStartWithOneSentence()
    {
        await using var redis = await RedisServer.StartAsync();
        foreach (var (project, name, value) in new[]
        {
            ("Mas.Server", "Session:IdleTimeoutSeconds", "soon"), ("Mas.Server", "Server:Url", "nonsense"),
            ("Mas.Server", "Limits:RequestsPerSecond", "0"), ("Mas.Loopback", "History:MaxMessages", "-1"), ("Mas.Server", "Log:Format", "xml"),
        })
        {
            await using var process = MasProcess.Start(project, new Dictionary<string, string>
            {
                ["Redis:Endpoint"] = redis.Endpoint,
                ["Server:Url"] = "http://127.0.0.1:0",
                [name] = value,
            });
            await process.Process.WaitForExitAsync();

            Assert.NotEqual(0, process.Process.ExitCode);
            var said = Assert.Single(process.Process.Lines, line => line.Contains("does not start", StringComparison.Ordinal));
            Assert.Contains(name.Split(':')[1], said);
            Assert.DoesNotContain(process.Process.Lines, line => line.TrimStart().StartsWith("at ", StringComparison.Ordinal));
        }
    }
}

using Mas.Tests.Client;
using Mas.Tests.Harness;

namespace Mas.Tests.EndToEnd;

public sealed class ReconnectTests
{
    private const int Conversations = 30;
    private const int Writers = 5;

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Session_BrokenInABurstOverManyConversations_EndsLikeOneThatNeverLeft(bool byOneGid)
    {
        await using var mas = await MasSystem.StartAsync();
        var reader = await mas.NewUserAsync("reader");
        var steady = await mas.ConnectAsync(reader);
        var groups = Enumerable.Range(0, Conversations).Select(i => $"burst{i}").ToArray();
        foreach (var group in groups)
            await steady.CreateAsync(group);
        var writers = new List<MasClient>();
        for (var i = 0; i < Writers; i++)
        {
            writers.Add(await mas.NewClientAsync("writer"));
            foreach (var group in groups)
                await writers[i].JoinAsync(group);
        }

        using var stop = new CancellationTokenSource();
        var burst = Task.WhenAll(writers.Select((writer, i) => WriteAsync(writer, groups, new Random(i), stop.Token)));
        var unsteady = await mas.ConnectAsync(reader);
        for (var i = 0; i < 25; i++)
        {
            var before = unsteady.Read(view => view.Windows.Values.Sum(window => window.Messages.Count));
            await unsteady.WaitAsync(view => view.Windows.Values.Sum(window => window.Messages.Count) > before + 20, "more messages");
            await unsteady.BreakAsync();
            unsteady = await mas.ConnectAsync(reader, new MasClientOptions { Resume = unsteady.LastView, ResumeByOneGid = byOneGid });
        }
        await stop.CancelAsync();
        await burst;

        await Eventually.PassesAsync(async () =>
        {
            Assert.Equal(steady.Dump(), unsteady.Dump());
            await RedisTruth.AssertEqualsAsync(mas.Redis.Database, unsteady);
        });
        AssertNoDoubles(steady);
        if (!byOneGid)
            AssertNoDoubles(unsteady);
        Assert.Contains(unsteady.Read(view => view.Windows.Values.SelectMany(window => window.Messages.Values).ToArray()), message => message.Status == "edited");
        Assert.Contains(unsteady.Read(view => view.Windows.Values.SelectMany(window => window.Messages.Values).ToArray()), message => message.Status == "deleted");
    }

    [Fact]
    public async Task Session_ThatNamesWhatItHolds_GetsNothingTwice()
    {
        await using var mas = await MasSystem.StartAsync();
        var alice = await mas.NewClientAsync("alice");
        var windowId = await alice.CreateAsync("quiet");
        var old = await alice.SayAsync(windowId, "old");
        await alice.SayAsync(windowId, "newer");
        var other = await mas.ConnectAsync(alice.Login);
        await alice.BreakAsync();
        await other.OkAsync("EDIT", new { windowId, gid = old, text = "old, but edited" });
        var missed = await other.SayAsync(windowId, "missed");

        var resumed = await mas.ConnectAsync(alice.Login, new MasClientOptions { Resume = alice.LastView });

        AssertNoDoubles(resumed);
        Assert.Equal("old, but edited", resumed.Read(view => view.Windows[windowId].Messages[old].Body));
        Assert.Equal("missed", resumed.Read(view => view.Windows[windowId].Messages[missed].Body));
        Assert.Equal(other.Dump(), resumed.Dump());
    }

    private static void AssertNoDoubles(MasClient client)
    {
        var doubles = client.Read(view => view.Doubles);
        Assert.True(doubles.Count == 0, string.Join('\n', doubles));
    }

    private static async Task WriteAsync(MasClient writer, string[] groups, Random random, CancellationToken stop)
    {
        var own = new List<(int WindowId, long Gid)>();
        var windows = groups.Select(writer.Window).ToArray();
        for (var i = 0; !stop.IsCancellationRequested; i++)
        {
            var windowId = windows[random.Next(windows.Length)];
            own.Add((windowId, await writer.SayAsync(windowId, $"line {i}")));
            if (i % 5 != 4)
                continue;
            var (editedWindow, gid) = own[random.Next(own.Count)];
            var text = random.Next(3) == 0 ? "" : $"edited {i}";
            // What was deleted before can't be edited any more.
            Assert.Contains((await writer.RequestAsync("EDIT", new { windowId = editedWindow, gid, text })).Value<string>("status"), new[] { "OK", "NOT_FOUND" });
        }
    }
}

using System.Collections.Concurrent;
using Mas.Tests.Client;
using Mas.Tests.Harness;

namespace Mas.Tests.EndToEnd;

/// <summary>Mas.Loopback is killed and frozen while people talk, with a standby present.</summary>
public sealed class WorkerFaultTests
{
    private const int Senders = 10;
    private const int Groups = 5;
    private const int Messages = 2000;
    private const int InFlight = 8;
    private static readonly TimeSpan Patience = Eventually.DefaultDeadline;

    [Fact]
    public async Task Loopback_KilledFiveTimes_LosesAndDoublesNothing()
    {
        await using var mas = await MasSystem.StartAsync(new MasSystemOptions { Loopbacks = 2 });
        var crowd = await Crowd.GatherAsync(mas);

        var talking = crowd.TalkAsync(Messages);
        for (var kill = 1; kill <= 5; kill++)
        {
            var after = kill * Messages / 6;
            await Eventually.HoldsAsync(() => crowd.Acknowledged.Count >= after || talking.IsFaulted, $"{after} messages are acknowledged", Patience);
            var active = Active(mas);
            await active.Process.KillAsync();
            await active.StartAgainAsync();
        }
        await talking;

        Assert.Equal(Messages, crowd.Acknowledged.Count);
        await crowd.AssertEverythingIsThereOnceAsync();
    }

    [Fact]
    public async Task Loopback_FrozenLongerThanItsLease_DoesNoHarmWhenItWakesUp()
    {
        await using var mas = await MasSystem.StartAsync(new MasSystemOptions { Loopbacks = 2 });
        var crowd = await Crowd.GatherAsync(mas);

        var talking = crowd.TalkAsync(Messages);
        await Eventually.HoldsAsync(() => crowd.Acknowledged.Count >= 200 || talking.IsFaulted, "200 messages are acknowledged", Patience);
        var frozen = Active(mas);
        var standby = mas.Loopbacks.Single(loopback => loopback != frozen);
        frozen.Process.Signal(ProcessSignal.Stop);
        await standby.Process.WaitForLineAsync("Active consumer of inbox:loopbackparser");
        await Eventually.HoldsAsync(() => crowd.Acknowledged.Count >= 500 || talking.IsFaulted, "the standby goes on", Patience);
        frozen.Process.Signal(ProcessSignal.Continue);
        await talking;

        Assert.Equal(Messages, crowd.Acknowledged.Count);
        await crowd.AssertEverythingIsThereOnceAsync();
    }

    [Fact]
    public async Task Loopback_FrozenAgainAndAgainWhileEverythingChanges_LeavesEveryViewRight()
    {
        await using var mas = await MasSystem.StartAsync(new MasSystemOptions
        {
            Loopbacks = 2,
            Settings = new Dictionary<string, string> { ["Worker:LeaseMilliseconds"] = "1000" },
        });
        var crowd = await Crowd.GatherAsync(mas);

        using var stop = new CancellationTokenSource();
        var changing = crowd.ChangeAsync(stop.Token);
        for (var freeze = 1; freeze <= 4; freeze++)
        {
            var after = crowd.Changes + 100;
            await Eventually.HoldsAsync(() => crowd.Changes >= after || changing.IsFaulted, "people change things", Patience);
            MasProcess? frozen = null;
            await Eventually.HoldsAsync(async () => (frozen = await HolderAsync(mas)) is not null, "somebody holds the lease");
            frozen!.Process.Signal(ProcessSignal.Stop);
            await Eventually.HoldsAsync(async () => await HolderAsync(mas) is { } holder && holder != frozen, () => $"the standby takes over\n{mas.Logs}", Patience);
            after = crowd.Changes + 50;
            await Eventually.HoldsAsync(() => crowd.Changes >= after || changing.IsFaulted, "the standby goes on", Patience);
            frozen.Process.Signal(ProcessSignal.Continue);
        }
        await stop.CancelAsync();
        await changing;

        await crowd.AssertViewsAreRightAsync();
        await Fsck.AssertCleanAsync(mas.Redis);
    }

    /// <summary>The worker that holds the lease, or null while nobody does.</summary>
    private static async Task<MasProcess?> HolderAsync(MasSystem mas)
    {
        var holder = (string?)await mas.Redis.Database.StringGetAsync("lease:loopbackparser");
        return mas.Loopbacks.FirstOrDefault(loopback => holder?.Contains($"-{loopback.Process.Id}-", StringComparison.Ordinal) == true);
    }

    private static MasProcess Active(MasSystem mas) => mas.Loopbacks.First(loopback =>
        loopback.Process.Lines.Any(line => line.Contains("Active consumer of inbox:loopbackparser", StringComparison.Ordinal)));

    /// <summary>People who are all in the same groups, and talk at once.</summary>
    private sealed class Crowd(MasSystem mas, IReadOnlyList<MasClient> clients, IReadOnlyList<string> groups)
    {
        // Somebody may have been put out, or be in again, a moment ago; and a takeover takes its time.
        private static readonly string[] Possible = ["OK", "NOT_FOUND", "NO_PERMISSION", "ALREADY_JOINED", "ERROR", "UNAVAILABLE"];
        private int _changes;

        /// <summary>What was acknowledged: rid to group and gid.</summary>
        public ConcurrentDictionary<string, (string Group, long Gid)> Acknowledged { get; } = new();

        public static async Task<Crowd> GatherAsync(MasSystem mas)
        {
            var groups = Enumerable.Range(0, Groups).Select(i => $"crowd{i}").ToArray();
            var clients = new List<MasClient>();
            for (var i = 0; i < Senders; i++)
            {
                // A request waits out a takeover.
                var client = await mas.NewClientAsync("crowd", new MasClientOptions { Deadline = Patience, WorkersFail = true });
                clients.Add(client);
                foreach (var group in groups)
                {
                    if (i == 0)
                        await client.CreateAsync(group);
                    else
                        await client.JoinAsync(group);
                }
            }
            return new Crowd(mas, clients, groups);
        }

        /// <summary>Everybody says a share of <paramref name="messages"/>, several at a time, until each is acknowledged.</summary>
        public Task TalkAsync(int messages) => Task.WhenAll(clients.Select(client => Parallel.ForEachAsync(
            Enumerable.Range(0, messages / clients.Count),
            new ParallelOptions { MaxDegreeOfParallelism = InFlight },
            (i, _) => new ValueTask(SayAsync(client, groups[i % groups.Count], i)))));

        /// <summary>How many changes have been answered.</summary>
        public int Changes => Volatile.Read(ref _changes);

        /// <summary>Everybody talks, comes, goes, and changes topics; the owner gives and takes roles and puts people out.</summary>
        public Task ChangeAsync(CancellationToken stop) => Task.WhenAll(clients.Select((client, i) => ChangeAsync(client, new Random(i), stop)));

        /// <summary>Every view is what Redis holds.</summary>
        public async Task AssertViewsAreRightAsync()
        {
            foreach (var client in clients)
                await Eventually.PassesAsync(() => RedisTruth.AssertEqualsAsync(mas.Redis.Database, client, newestOnly: true));
        }

        public async Task AssertEverythingIsThereOnceAsync()
        {
            foreach (var group in groups)
            {
                var conversation = await mas.Redis.Database.ConversationAsync(clients[0].UserId, clients[0].Window(group));
                var stored = await mas.Redis.Database.MessagesAsync(conversation);
                var gids = stored.Select(message => message.Value<long>("gid")).ToArray();
                Assert.Equal(gids.Distinct().Order(), gids);
                var rids = stored.Where(message => message.Value<string>("cat") == "msg")
                    .ToDictionary(message => message.Value<string>("rid")!, message => message.Value<long>("gid"));
                foreach (var (rid, (_, gid)) in Acknowledged.Where(pair => pair.Value.Group == group))
                    Assert.Equal(gid, rids[rid]);
                foreach (var client in clients)
                {
                    var windowId = client.Window(group);
                    await client.WaitAsync(view => view.Windows[windowId].Messages.Count >= gids.Length, $"all {gids.Length} messages of {group}");
                    Assert.Equal(gids, client.Read(view => view.Windows[windowId].Messages.Keys.ToArray()));
                }
            }
        }

        private async Task ChangeAsync(MasClient client, Random random, CancellationToken stop)
        {
            for (var i = 0; !stop.IsCancellationRequested; i++)
            {
                var group = groups[random.Next(groups.Count)];
                var other = clients[random.Next(clients.Count)].UserId;
                var isOwner = client == clients[0];
                var windowId = client.Read(view => view.Group(group)?.WindowId);
                var ack = windowId is null
                    ? await client.RequestAsync("JOIN", new { network = "MAS", name = group })
                    : random.Next(10) switch
                    {
                        0 => await client.RequestAsync("UPDATE_TOPIC", new { windowId, topic = $"topic {client.UserId} {i}" }),
                        1 when !isOwner => await client.RequestAsync("CLOSE", new { windowId }),
                        1 or 2 when isOwner => await client.RequestAsync("KICK", new { windowId, userId = other }),
                        3 or 4 when isOwner => await client.RequestAsync("UPDATE_ROLE", new { windowId, userId = other, role = random.Next(2) == 0 ? "@" : "+" }),
                        _ => await client.RequestAsync("SEND", new { windowId, text = $"text {i}" }),
                    };
                Assert.Contains(ack.Value<string>("status"), Possible);
                Interlocked.Increment(ref _changes);
            }
        }

        private async Task SayAsync(MasClient client, string group, int number)
        {
            var windowId = client.Window(group);
            var rid = $"{client.UserId}-{number}";
            for (var attempt = 0; ; attempt++)
            {
                var ack = await client.RequestAsync("SEND", new { windowId, text = $"number {number}", rid, retry = attempt > 0 });
                if (ack.Value<string>("status") == "OK")
                {
                    Assert.True(Acknowledged.TryAdd(rid, (group, ack.Value<long>("gid"))));
                    return;
                }
                Assert.Equal("UNAVAILABLE", ack.Value<string>("status"));
                await Task.Delay(200);
            }
        }
    }
}

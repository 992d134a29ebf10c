using System.Collections.Concurrent;
using System.Globalization;
using Mas.Core.Queues;
using Mas.Tests.Client;
using Mas.Tests.Harness;
using Newtonsoft.Json.Linq;

namespace Mas.Tests.EndToEnd;

/// <summary><c>inbox:loopbackparser</c> is split into several, which workers share, while people talk.</summary>
public sealed class SplitInboxTests
{
    private const int Talkers = 6;
    private const int Groups = 12;
    private static readonly TimeSpan Patience = Eventually.DefaultDeadline;

    [Fact]
    public async Task Inboxes_OneFourTwoWithMessagesInFlightAndAWorkerKilled_LosesDoublesAndReordersNothing()
    {
        await using var mas = await StartAsync(loopbacks: 2);
        var crowd = await Crowd.GatherAsync(mas);
        var talking = crowd.TalkAsync();

        await crowd.SayMoreAsync(200);
        await mas.AddLoopbackAsync(inboxes: 4);
        await LayoutIsAsync(mas, 1, 4);
        await Eventually.HoldsAsync(async () => (await HoldersAsync(mas, 4)).All(holder => holder is not null), "all four inboxes have a worker", Patience);
        await crowd.SayMoreAsync(300);

        // Whoever holds an inbox now is killed; the others share its inboxes.
        var killed = await HolderAsync(mas, "loopbackparser:3");
        await killed.Process.KillAsync();
        await crowd.SayMoreAsync(300);
        await Eventually.HoldsAsync(
            async () => (await HoldersAsync(mas, 4)).All(holder => holder is not null && !IsOf(holder, killed)), "the others hold its inboxes", Patience);
        await killed.StartAgainAsync();

        // The next change is cut off as soon as it was asked for: another worker goes on with it.
        var asking = await mas.AddLoopbackAsync(inboxes: 2);
        await Eventually.HoldsAsync(async () => (await LayoutAsync(mas)).Value<int?>("next") == 2 || (await LayoutAsync(mas)).Value<int>("version") == 2, "it is asked for", Patience);
        await asking.Process.KillAsync();
        await LayoutIsAsync(mas, 2, 2);
        await crowd.SayMoreAsync(300);
        crowd.Stop();
        await talking;

        await crowd.AssertEverythingIsThereOnceAndInOrderAsync();
        foreach (var name in new[] { "loopbackparser:2", "loopbackparser:3" })
            Assert.False(await mas.Redis.Database.KeyExistsAsync("inbox:" + name));
        Assert.Empty(mas.Redis.Keys("{inbox:*}:leaving"));
        Assert.Empty(mas.Redis.Keys("{inbox:*}:arriving"));
        Assert.False(await mas.Redis.Database.KeyExistsAsync("inbox:loopbackparser:dead"));
    }

    [Fact]
    public async Task Workers_OfFourInboxes_ShareThemAndTakeOver()
    {
        await using var mas = await StartAsync(loopbacks: 0);
        var first = await mas.AddLoopbackAsync(inboxes: 4);
        await Eventually.HoldsAsync(async () => (await HoldersAsync(mas, 4)).All(holder => IsOf(holder, first)), "one worker holds all", Patience);

        var second = await mas.AddLoopbackAsync();
        await Eventually.HoldsAsync(async () => await CountAsync(first) == 2 && await CountAsync(second) == 2, "two hold two each", Patience);
        await mas.IsReadyAsync();

        await first.Process.KillAsync();
        await Eventually.HoldsAsync(async () => await CountAsync(second) == 4, "the one that is left holds all", Patience);

        async Task<int> CountAsync(MasProcess worker) => (await HoldersAsync(mas, 4)).Count(holder => IsOf(holder, worker));
    }

    [Fact]
    public async Task Conversations_MadeWithFourInboxes_AreOfTheInboxThatMadeThem()
    {
        await using var mas = await StartAsync(loopbacks: 1);
        var alice = await mas.NewClientAsync("alice");
        await alice.CreateAsync("before");
        await mas.AddLoopbackAsync(inboxes: 4);
        await LayoutIsAsync(mas, 1, 4);

        var bob = await mas.NewClientAsync("bob");
        Assert.Equal("ERROR_EXISTS", (await alice.RequestAsync("CREATE", new { name = "Before", password = "" })).Value<string>("status"));
        await bob.JoinAsync("before");
        for (var i = 0; i < 8; i++)
        {
            var name = Steps.NewName("made");
            var windowId = await alice.CreateAsync(name);
            var id = await mas.Redis.Database.ConversationAsync(alice.UserId, windowId);
            Assert.Equal(InboxPartition.IndexOf("group:" + name, 4), InboxPartition.IndexOf(id, 4));
            var gid = await alice.SayAsync(windowId, "here");
            await bob.JoinAsync(name);
            await bob.MessageAsync(bob.Window(name), gid);
        }
        var chat = await alice.ChatAsync(bob);
        var said = await alice.SayAsync(chat, "just you");
        await bob.WaitAsync(view => view.Windows.Values.Any(window => window.Messages.ContainsKey(said)), "the one-on-one");
        await Eventually.PassesAsync(() => RedisTruth.AssertEqualsAsync(mas.Redis.Database, alice));
    }

    [Fact]
    public async Task Chat_AskedForBeforeItsConversationChangedTheInbox_IsHandedOn()
    {
        await using var mas = await StartAsync(loopbacks: 1);
        var alice = await mas.NewClientAsync("alice");
        var bob = await mas.NewClientAsync("bob");
        await mas.AddLoopbackAsync(inboxes: 4);
        await LayoutIsAsync(mas, 1, 4);
        // An id of another inbox than the name's, as it was drawn with another number of inboxes; its worker died then.
        var (low, high) = string.CompareOrdinal(alice.UserId, bob.UserId) < 0 ? (alice.UserId, bob.UserId) : (bob.UserId, alice.UserId);
        var field = $"1on1:MAS:{low}:{high}";
        var id = Enumerable.Range(1000, 4).First(id => id % 4 != InboxPartition.IndexOf(field, 4));
        await mas.Redis.Database.StringSetAsync("nextGlobalConversationId", 2000);
        await mas.Redis.Database.HashSetAsync("index:conversation", field, id);
        var entry = new JObject
        {
            ["type"] = "CHAT",
            ["origin"] = new JObject { ["rid"] = "late", ["userId"] = alice.UserId },
            ["conversationId"] = 0,
            ["peer"] = bob.UserId,
            ["text"] = "late but there",
        };

        // Put in by somebody who knows nothing of the inboxes.
        await mas.Redis.Database.ListLeftPushAsync("inbox:loopbackparser", entry.ToString(Newtonsoft.Json.Formatting.None));

        await bob.WaitAsync(view => view.Windows.Values.Any(window => window.Messages.Values.Any(message => message.Body == "late but there")), "the message");
        var stored = Assert.Single(await mas.Redis.Database.MessagesAsync($"{id}"));
        Assert.Equal("late but there", stored.Value<string>("body"));
    }

    private static Task<MasSystem> StartAsync(int loopbacks) => MasSystem.StartAsync(new MasSystemOptions
    {
        Loopbacks = loopbacks,
        Servers = loopbacks == 0 ? 0 : 2,
        Settings = new Dictionary<string, string> { ["Worker:LeaseMilliseconds"] = "1500", ["History:MaxMessages"] = "20000" },
    });

    private static async Task<JObject> LayoutAsync(MasSystem mas) => JObject.Parse((string?)await mas.Redis.Database.StringGetAsync("inboxlayout:loopbackparser") ?? "{}");

    private static Task LayoutIsAsync(MasSystem mas, int version, int parts) => Eventually.HoldsAsync(
        async () => JToken.DeepEquals(await LayoutAsync(mas), new JObject { ["version"] = version, ["parts"] = parts }), () => $"layout {version} has {parts} inboxes\n{mas.Logs}", Patience);

    private static async Task<string?[]> HoldersAsync(MasSystem mas, int parts) => await Task.WhenAll(
        Enumerable.Range(0, parts).Select(async part => (string?)await mas.Redis.Database.StringGetAsync("lease:" + InboxPartition.NameOf("loopbackparser", part))));

    private static async Task<MasProcess> HolderAsync(MasSystem mas, string name)
    {
        MasProcess? found = null;
        await Eventually.HoldsAsync(
            async () => await mas.Redis.Database.StringGetAsync("lease:" + name) is { IsNull: false } holder
                && (found = mas.Loopbacks.FirstOrDefault(worker => IsOf(holder, worker))) is not null,
            $"{name} has a worker");
        return found!;
    }

    // A holder is <machine>-<pid>-<random>.
    private static bool IsOf(string? holder, MasProcess worker) =>
        holder?.Contains(string.Create(CultureInfo.InvariantCulture, $"-{worker.Process.Id}-"), StringComparison.Ordinal) == true;

    /// <summary>People in the same groups who talk without waiting for answers.</summary>
    private sealed class Crowd(MasSystem mas, IReadOnlyList<MasClient> clients, IReadOnlyList<string> groups)
    {
        private const int InFlight = 20;
        private readonly ConcurrentDictionary<string, (string Group, long Gid)> _acknowledged = new();
        private volatile bool _stopped;

        public static async Task<Crowd> GatherAsync(MasSystem mas)
        {
            var groups = Enumerable.Range(0, Groups).Select(i => $"crowd{i}").ToArray();
            var clients = new List<MasClient>();
            for (var i = 0; i < Talkers; i++)
            {
                var client = await mas.NewClientAsync("crowd", new MasClientOptions { Deadline = Patience }, i % 2);
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

        /// <summary>Everybody talks in all groups in turn until <see cref="Stop"/>.</summary>
        public Task TalkAsync() => Task.WhenAll(clients.Select(TalkAsync));

        public void Stop() => _stopped = true;

        /// <summary>Waits until so many more messages are acknowledged.</summary>
        public Task SayMoreAsync(int messages)
        {
            var enough = _acknowledged.Count + messages;
            return Eventually.HoldsAsync(() => _acknowledged.Count >= enough, () => $"{enough} messages are acknowledged\n{mas.Logs}", Patience);
        }

        public async Task AssertEverythingIsThereOnceAndInOrderAsync()
        {
            foreach (var group in groups)
            {
                var conversation = await mas.Redis.Database.ConversationAsync(clients[0].UserId, clients[0].Window(group));
                var stored = await mas.Redis.Database.MessagesAsync(conversation);
                var gids = stored.Select(message => message.Value<long>("gid")).ToArray();
                Assert.Equal(gids.Distinct().Order(), gids);
                var said = stored.Where(message => message.Value<string>("cat") == "msg").ToList();
                var rids = said.ToDictionary(message => message.Value<string>("rid")!, message => message.Value<long>("gid"));
                Assert.Equal(_acknowledged.Where(pair => pair.Value.Group == group).ToDictionary(pair => pair.Key, pair => pair.Value.Gid), rids);
                foreach (var byAuthor in said.GroupBy(message => message.Value<string>("userId")))
                {
                    var numbers = byAuthor.Select(message => int.Parse(message.Value<string>("body")!, CultureInfo.InvariantCulture)).ToArray();
                    Assert.Equal(numbers.Order(), numbers);
                }
                foreach (var client in clients)
                {
                    var windowId = client.Window(group);
                    await client.WaitAsync(view => view.Windows[windowId].Messages.Count >= gids.Length, $"all {gids.Length} messages of {group}");
                    Assert.Equal(gids, client.Read(view => view.Windows[windowId].Messages.Keys.ToArray()));
                }
            }
        }

        private async Task TalkAsync(MasClient client)
        {
            using var pace = new PeriodicTimer(TimeSpan.FromMilliseconds(10));
            using var free = new SemaphoreSlim(InFlight);
            var asked = new List<Task>();
            for (var number = 0; !_stopped; number++)
            {
                await free.WaitAsync();
                var group = groups[number % groups.Count];
                var rid = $"{client.UserId}-{number}";
                // Sent in order, since sending ends before the first await that waits.
                asked.Add(SayAsync(client, group, rid, number, free));
                await pace.WaitForNextTickAsync();
            }
            await Task.WhenAll(asked);
        }

        private async Task SayAsync(MasClient client, string group, string rid, int number, SemaphoreSlim free)
        {
            var gid = await client.SayAsync(client.Window(group), number.ToString(CultureInfo.InvariantCulture), rid);
            Assert.True(_acknowledged.TryAdd(rid, (group, gid)));
            free.Release();
        }
    }
}

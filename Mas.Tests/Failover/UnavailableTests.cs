using Mas.Tests.Client;
using Mas.Tests.EndToEnd;
using Mas.Tests.Harness;

namespace Mas.Tests.Failover;

/// <summary>What clients are told between the death of a master and the takeover by its replica.</summary>
public sealed class UnavailableTests
{
    private const string Inbox = "inbox:loopbackparser";
    private static readonly TimeSpan Patience = Eventually.DefaultDeadline;

    [Fact]
    public async Task Cluster_MasterKilled_WhatNeedsItIsUnavailableUntilItsReplicaTookOver()
    {
        RedisCluster cluster = null!;
        await using var mas = await MasSystem.StartAsync(new MasSystemOptions
        {
            // Long enough to see what is said meanwhile.
            StartRedis = async appendOnly => cluster = await RedisCluster.StartAsync(appendOnly, nodeTimeout: TimeSpan.FromSeconds(4)),
            Settings = new Dictionary<string, string> { ["Redis:TimeoutMilliseconds"] = "2000" },
        });
        var shard = cluster.ShardOf(Inbox);
        var alice = await UserAsync(mas, cluster, shard);
        var window = await GroupAsync(mas, cluster, shard, alice);
        // Each needs the same master: the first its inbox, the second the user's settings, the third the group's history, which the
        // replica has too.
        var requests = new (string Type, object Fields)[]
        {
            ("SEND", new { windowId = window, text = "anybody there?", rid = "once", retry = true }),
            ("SET", new { settings = new { lang = "de" } }),
            ("FETCH", new { windowId = window, limit = 10 }),
        };

        var master = await cluster.MasterOfShardAsync(shard);
        await master.KillAsync();
        // All at once on one session, which ends without a word when the replica has taken over.
        var meanwhile = await Task.WhenAll(requests.Select(request => alice.RequestAsync(request.Type, request.Fields)));
        await alice.Ended.WaitAsync(Patience);
        MasClient? back = null;
        await Eventually.HoldsAsync(
            async () =>
            {
                try
                {
                    back = await mas.ConnectAsync(alice.Login, new MasClientOptions { Resume = alice.LastView });
                    return true;
                }
                catch (MasSessionEndedException e) when (e.Message.Contains("SERVER_STOPPING", StringComparison.Ordinal))
                {
                    // The server has yet to hear of the new master.
                    return false;
                }
            },
            () => $"a session begins again\n{mas.Logs}", Patience);
        var afterwards = back!;
        var now = new List<string>();
        foreach (var (type, fields) in requests)
        {
            await Eventually.HoldsAsync(async () =>
            {
                now.Add((await afterwards.RequestAsync(type, fields)).Value<string>("status")!);
                return now[^1] == "OK";
            }, () => $"{type} is done\n{mas.Logs}", Patience);
        }

        Assert.All(meanwhile[..2], answer => Assert.Equal(("UNAVAILABLE", false), (answer.Value<string>("status")!, string.IsNullOrEmpty(answer.Value<string>("errorMsg")))));
        Assert.Contains(meanwhile[2].Value<string>("status"), new[] { "OK", "UNAVAILABLE" });
        Assert.All(now, status => Assert.Contains(status, new[] { "OK", "UNAVAILABLE" }));
        var conversation = await mas.Redis.Database.ConversationAsync(alice.UserId, window);
        Assert.Single(await mas.Redis.Database.MessagesAsync(conversation), message => message.Value<string>("rid") == "once");
    }

    /// <summary>Somebody whose settings are in a shard.</summary>
    private static async Task<MasClient> UserAsync(MasSystem mas, RedisCluster cluster, int shard)
    {
        while (true)
        {
            var login = await mas.NewUserAsync("alice");
            if (cluster.ShardOf($"settings:{login.UserId}") == shard)
                return await mas.ConnectAsync(login);
        }
    }

    /// <summary>A group whose history is in a shard.</summary>
    private static async Task<int> GroupAsync(MasSystem mas, RedisCluster cluster, int shard, MasClient owner)
    {
        while (true)
        {
            var window = await owner.CreateAsync(Steps.NewName("group"));
            if (cluster.ShardOf($"conversationmsgs:{await mas.Redis.Database.ConversationAsync(owner.UserId, window)}") == shard)
                return window;
        }
    }
}

using Mas.Tests.Client;
using Mas.Tests.EndToEnd;
using Mas.Tests.Harness;
using Newtonsoft.Json.Linq;

namespace Mas.Tests.Failover;

/// <summary><c>Redis:WaitReplicas</c>: nothing is acknowledged that only the master has.</summary>
public sealed class ReplicaWaitTests : IAsyncLifetime
{
    private RedisProcess _replica = null!;
    private MasSystem _mas = null!;

    public async ValueTask InitializeAsync()
    {
        _mas = await MasSystem.StartAsync(new MasSystemOptions
        {
            StartRedis = async appendOnly =>
            {
                var master = await RedisServer.StartAsync(appendOnly, ["--repl-diskless-sync-delay", "0"]);
                _replica = await RedisProcess.StartAsync(["--replicaof", "127.0.0.1", $"{master.Port}"]);
                // As the master sees it: before, what it writes cannot be confirmed.
                await Eventually.HoldsAsync(
                    async () => (await master.Server.InfoRawAsync("replication"))!.Contains("state=online", StringComparison.Ordinal), "the replica is online");
                return master;
            },
            Settings = new Dictionary<string, string> { ["Redis:WaitReplicas"] = "1", ["Redis:WaitMilliseconds"] = "1000" },
        });
    }

    public async ValueTask DisposeAsync()
    {
        await _mas.DisposeAsync();
        await _replica.DisposeAsync();
    }

    [Fact]
    public async Task Replica_Paused_NothingIsAcknowledgedUntilItIsBack()
    {
        var (bob, bobWindow, conversation, before, answer) = await SayToTheMasterAloneAsync();
        var set = await bob.RequestAsync("SET", new { settings = new { lang = "de" } });
        using var http = new MasHttp(_mas.Address);
        var register = await http.PostAsync("/api/register", new { name = "Carl", nick = "carlx", email = "carl@example.org", password = "a long password" });

        Assert.Equal("UNAVAILABLE", set.Value<string>("status"));
        Assert.Equal(System.Net.HttpStatusCode.ServiceUnavailable, register.Status);
        Assert.False(answer.IsCompleted);
        Assert.Equal("OK", (await bob.RequestAsync("GET_PROFILE")).Value<string>("status"));
        Assert.DoesNotContain(bob.Read(view => view.Windows[bobWindow].Messages.Values.ToArray()), message => message.Body == "only here");

        _replica.Process.Signal(ProcessSignal.Continue);
        var gid = (await answer.WaitAsync(Eventually.DefaultDeadline)).Value<long>("gid");
        Assert.Equal("only here", (await bob.MessageAsync(bobWindow, gid)).Body);
        Assert.Equal(before + 1, (await _mas.Redis.Database.MessagesAsync(conversation)).Count);
        await bob.OkAsync("SET", new { settings = new { lang = "de" } });
        Assert.Empty(bob.Read(view => view.Doubles));
    }

    /// <summary>Else a client would hold, for as long as it goes on from what it has, what went with the master.</summary>
    [Fact]
    public async Task Replica_Paused_NobodyIsShownWhatOnlyTheMasterHas()
    {
        var (bob, bobWindow, _, _, answer) = await SayToTheMasterAloneAsync();

        Assert.Equal("UNAVAILABLE", (await bob.RequestAsync("FETCH", new { windowId = bobWindow })).Value<string>("status"));
        var ended = await Assert.ThrowsAsync<MasSessionEndedException>(() => MasClient.ConnectAsync(_mas.Address, bob.Login));
        Assert.Equal("SERVER_STOPPING", ended.Termination.Code);

        _replica.Process.Signal(ProcessSignal.Continue);
        var gid = (await answer.WaitAsync(Eventually.DefaultDeadline)).Value<long>("gid");
        await using var again = await MasClient.ConnectAsync(_mas.Address, bob.Login);
        Assert.Equal("only here", again.Read(view => view.Windows[bobWindow].Messages[gid]).Body);
    }

    /// <summary>Alice says "only here" in a group that Bob is in, while the replica stands still: it is written, and not acknowledged.</summary>
    /// <returns>Bob and his window; the conversation, and how many messages it had before; Alice's ACK.</returns>
    private async Task<(MasClient Bob, int BobWindow, string Conversation, int Before, Task<JObject> Answer)> SayToTheMasterAloneAsync()
    {
        var alice = await _mas.NewClientAsync("alice");
        var bob = await _mas.NewClientAsync("bob");
        var aliceWindow = await alice.CreateAsync("safe");
        var bobWindow = await bob.JoinAsync("safe");
        var conversation = await _mas.Redis.Database.ConversationAsync(alice.UserId, aliceWindow);
        await bob.MessageAsync(bobWindow, await alice.SayAsync(aliceWindow, "all is well"));
        var before = (await _mas.Redis.Database.MessagesAsync(conversation)).Count;

        // Else its batch, which could not be confirmed any more, would come again, and bob hear of it twice.
        await Eventually.HoldsAsync(() => _mas.Redis.Keys("{inbox:*}:claim:*").Count == 0, "what was said is done");
        _replica.Process.Signal(ProcessSignal.Stop);
        var send = new JObject { ["type"] = "SEND", ["windowId"] = aliceWindow, ["text"] = "only here", ["rid"] = "once" };
        var (_, answer) = alice.Expect(send);
        await alice.SendRawAsync(send.ToString());
        await Eventually.HoldsAsync(async () => (await _mas.Redis.Database.MessagesAsync(conversation)).Count > before, "the message is written");
        return (bob, bobWindow, conversation, before, answer);
    }
}

using Mas.Tests.Client;
using Mas.Tests.Harness;
using Newtonsoft.Json.Linq;
using StackExchange.Redis;

namespace Mas.Tests.EndToEnd;

/// <summary>What is done again after a crash, or asked again after a failure, ends as the first time would have.</summary>
[Collection(SharedSystem.Name)]
public sealed class RepetitionTests(SharedSystem shared)
{
    private readonly MasSystem _mas = shared.Mas;

    private IDatabase Redis => _mas.Redis.Database;

    [Fact]
    public async Task Join_RefusedSinceTheUserIsAMember_SaysNothingWhenDoneAgain()
    {
        var (alice, windowId, id, name) = await GroupAsync("again");

        await Redis.RedeliverAsync(alice.UserId, "JOIN", new { conversationId = id, name, password = "", initial = false });

        Assert.DoesNotContain(await Redis.MessagesAsync(id), message => message.Value<string>("cat") == "join");
        Assert.Equal("*", alice.Read(view => view.Windows[windowId].Role));
    }

    [Fact]
    public async Task Join_BrokenOffBehindTheMembership_IsCompleted()
    {
        var (alice, windowId, id, name) = await GroupAsync("half");
        var bob = await _mas.NewClientAsync("bob");
        var rid = await Redis.LeaveLineAsync(id, bob.UserId, "join", "");
        await Redis.HashSetAsync($"conversationmembers:{id}", bob.UserId, "u");

        await Redis.RedeliverAsync(bob.UserId, "JOIN", new { conversationId = id, name, password = "", initial = false }, rid);

        await bob.WaitAsync(view => view.Group(name) is not null, "the window");
        await alice.WaitAsync(view => view.Windows[windowId].Members.ContainsKey(bob.UserId), "the member");
        Assert.Single(await Redis.MessagesAsync(id), message => message.Value<string>("cat") == "join");
    }

    [Fact]
    public async Task Create_RefusedSinceTheGroupIsThere_ResetsNothingWhenDoneAgain()
    {
        var (alice, windowId, id, name) = await GroupAsync("kept");
        await alice.OkAsync("UPDATE_TOPIC", new { windowId, topic = "stays" });

        await Redis.RedeliverAsync(alice.UserId, "CREATE", new { name, password = "other" });

        var record = await Redis.HashAsync($"conversation:{id}");
        Assert.Equal(("stays", ""), (record["topic"], record["password"]));
    }

    [Fact]
    public async Task Close_BrokenOffBehindTheMembership_IsToldToTheOthers()
    {
        var (alice, windowId, id, name) = await GroupAsync("left");
        var bob = await _mas.NewClientAsync("bob");
        await bob.JoinAsync(name);
        await alice.WaitAsync(view => view.Windows[windowId].Members.ContainsKey(bob.UserId), "the member");
        await Redis.HashDeleteAsync($"conversationmembers:{id}", bob.UserId);

        await Redis.RedeliverAsync(bob.UserId, "CLOSE", new { conversationId = id });

        await alice.WaitAsync(view => !view.Windows[windowId].Members.ContainsKey(bob.UserId), "the member is gone");
        await bob.WaitAsync(view => view.Group(name) is null, "the window is gone");
    }

    [Fact]
    public async Task Send_BrokenOffBeforeThePeerHadTheWindow_OpensIt()
    {
        var alice = await _mas.NewClientAsync("alice");
        var bob = await _mas.NewClientAsync("bob");
        var windowId = await alice.ChatAsync(bob);
        var id = await Redis.ConversationAsync(alice.UserId, windowId);
        await Redis.HashSetAsync($"conversationmembers:{id}", bob.UserId, "u");

        await Redis.RedeliverAsync(alice.UserId, "SEND", new { conversationId = id, cat = "msg", text = "are you there?", retry = false });

        await bob.WaitAsync(view => view.OneOnOne(alice.UserId)?.Messages.Values.Any(message => message.Body == "are you there?") == true, "the window with the message");
    }

    [Fact]
    public async Task Send_AcknowledgedBeforeItsAuthorWasKicked_IsAcknowledgedTheSameWayWhenDoneAgain()
    {
        var (alice, windowId, id, name) = await GroupAsync("said");
        var bob = await _mas.NewClientAsync("bob");
        var bobWindow = await bob.JoinAsync(name);
        var rid = Steps.NewName("rid");
        var send = new JObject { ["type"] = "SEND", ["windowId"] = bobWindow, ["text"] = "before I go", ["rid"] = rid };
        var (reqId, answer) = bob.Expect(send);
        await bob.SendRawAsync(send.ToString());
        var gid = (await answer).Value<long>("gid");
        await alice.OkAsync("KICK", new { windowId, userId = bob.UserId });

        await Redis.RedeliverAsync(
            bob.UserId, "SEND", new { conversationId = id, cat = "msg", text = "before I go", clientRid = rid, retry = false }, session: (bob.SessionId, reqId));

        // What comes behind a second answer tells that it has come; that it differs from the first would be a violation.
        await bob.JoinAsync(name);
        Assert.Single(await Redis.MessagesAsync(id), message => message.Value<string>("rid") == rid && message.Value<long>("gid") == gid);
    }

    [Fact]
    public async Task Seen_AskedAgainAfterAFailedPush_IsTold()
    {
        var (alice, windowId, _, _) = await GroupAsync("seen");
        var other = await _mas.ConnectAsync(alice.Login);
        var gid = await alice.SayAsync(windowId, "read me");
        // As a server leaves it that could write and not push.
        await Redis.HashSetAsync($"window:{alice.UserId}:{windowId}", "seen", gid);

        await alice.OkAsync("SEEN", new { windowId, gid });

        await other.WaitAsync(view => view.Windows[windowId].Seen == gid, "the read marker");
    }

    [Fact]
    public async Task Msg_TheFirstToSomebodySentAgainSinceItsAnswerWasLost_IsSaidOnce()
    {
        var alice = await _mas.NewClientAsync("alice");
        var bob = await _mas.NewClientAsync("bob");
        var windowId = await alice.CreateAsync(Steps.NewName("start"));
        var said = new { windowId, text = $"/msg {bob.Login.Nick} psst", rid = "once", retry = true };

        // Twice before there is a conversation, and once more when there is.
        await Task.WhenAll(alice.OkAsync("SEND", said), alice.OkAsync("SEND", said));
        await alice.OkAsync("SEND", said);

        await bob.WaitAsync(view => view.OneOnOne(alice.UserId)?.Messages.Count > 0, "the message");
        var id = await Redis.ConversationAsync(bob.UserId, bob.Read(view => view.OneOnOne(alice.UserId)!.WindowId));
        Assert.Single(await Redis.MessagesAsync(id));
    }

    [Fact]
    public async Task Presence_WrittenByAServerThatDiedBeforeItTold_IsTold()
    {
        var alice = await _mas.NewClientAsync("alice");
        var bob = await _mas.NewClientAsync("bob");
        await alice.BefriendAsync(bob);
        await alice.WaitAsync(view => view.Friends.TryGetValue(bob.UserId, out var friend) && (bool)friend["online"]!, "Bob online");
        // Another server has ended Bob's session, and died before it told anybody.
        var session = $"{bob.UserId}:{bob.SessionId}";
        await Redis.SortedSetAddAsync("presencedue", session, DateTimeOffset.UtcNow.AddMinutes(-1).ToUnixTimeSeconds());
        await Redis.SortedSetRemoveAsync($"sessionlist:{bob.UserId}", bob.SessionId);
        await Redis.HashSetAsync($"user:{bob.UserId}", "lastlogout", 1234);

        await alice.WaitAsync(view => !(bool)view.Friends[bob.UserId]["online"]! && (long)view.Friends[bob.UserId]["last"]! == 1234, "Bob offline");
        await Eventually.HoldsAsync(async () => await Redis.SortedSetScoreAsync("presencedue", session) is null, "it counts as told");
        await bob.CloseAsync();
    }

    [Fact]
    public async Task Presence_WrittenAndNotTold_IsToldWhenTheSessionIsLeftBehind()
    {
        var alice = await _mas.NewClientAsync("alice");
        var login = await _mas.NewUserAsync("bob");
        var bob = await _mas.ConnectAsync(login);
        await alice.BefriendAsync(bob);
        await bob.CloseAsync();
        await alice.WaitAsync(view => view.Friends.TryGetValue(login.UserId, out var friend) && !(bool)friend["online"]!, "Bob offline");
        // A session of Bob's has begun, and its server lost Redis before it told anybody; the next one finds that he is online already.
        var session = $"{login.UserId}:{Steps.NewName("sghost")}-1";
        var now = DateTimeOffset.UtcNow;
        await Redis.SortedSetAddAsync("presencedue", session, now.ToUnixTimeSeconds());
        await Redis.SortedSetAddAsync($"sessionlist:{login.UserId}", session.Split(':')[1], now.ToUnixTimeSeconds());
        await Redis.HashSetAsync($"user:{login.UserId}", "lastlogout", 0);
        bob = await _mas.ConnectAsync(login);
        await Redis.SortedSetAddAsync("sessionlastheartbeat", session, now.AddHours(-1).ToUnixTimeSeconds());

        await alice.WaitAsync(view => (bool)view.Friends[login.UserId]["online"]!, "Bob online");
        Assert.Null(await Redis.SortedSetScoreAsync($"sessionlist:{login.UserId}", session.Split(':')[1]));
        await bob.CloseAsync();
    }

    private async Task<(MasClient Alice, int WindowId, string Id, string Name)> GroupAsync(string start)
    {
        var alice = await _mas.NewClientAsync("alice", new MasClientOptions { WorkersFail = true });
        var name = Steps.NewName(start);
        var windowId = await alice.CreateAsync(name);
        return (alice, windowId, await Redis.ConversationAsync(alice.UserId, windowId), name);
    }
}

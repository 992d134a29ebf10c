using Mas.Tests.Client;
using Mas.Tests.Harness;

namespace Mas.Tests.EndToEnd;

[Collection(SharedSystem.Name)]
public sealed class FriendTests(SharedSystem shared)
{
    private readonly MasSystem _mas = shared.Mas;

    [Fact]
    public async Task Request_Allowed_MakesFriendsWhoSeeEachOther()
    {
        var (alice, bob) = await StrangersAsync();
        await alice.OkAsync("REQUEST_FRIEND", new { nick = bob.Login.Nick });
        await bob.WaitAsync(view => view.FriendRequests.Contains(alice.UserId), "the request");
        Assert.Empty(alice.Read(view => view.Friends.Keys.ToArray()));

        await bob.OkAsync("FRIEND_VERDICT", new { userId = alice.UserId, allow = true });

        await alice.WaitAsync(view => view.Friends.TryGetValue(bob.UserId, out var friend) && (bool)friend["online"]!, "Bob as a friend");
        await bob.WaitAsync(view => view.Friends.TryGetValue(alice.UserId, out var friend) && (bool)friend["online"]!, "Alice as a friend");
        var redis = _mas.Redis.Database;
        Assert.True(await redis.SetContainsAsync($"friends:{alice.UserId}", bob.UserId));
        Assert.True(await redis.SetContainsAsync($"friends:{bob.UserId}", alice.UserId));
        await alice.RefusedAsync("ERROR_EXISTS", "REQUEST_FRIEND", new { userId = bob.UserId });
    }

    [Fact]
    public async Task Presence_FriendLeavesAndComesBack_IsTold()
    {
        var (alice, bob) = await FriendsAsync();
        var before = DateTimeOffset.UtcNow.ToUnixTimeSeconds();
        await bob.CloseAsync();
        await alice.WaitAsync(view => !(bool)view.Friends[bob.UserId]["online"]! && (long)view.Friends[bob.UserId]["last"]! >= before, "Bob offline");
        var back = await _mas.ConnectAsync(bob.Login);
        await alice.WaitAsync(view => (bool)view.Friends[bob.UserId]["online"]!, "Bob online");
        Assert.True(back.Read(view => (bool)view.Friends[alice.UserId]["online"]!));
    }

    [Fact]
    public async Task Presence_OneOfTwoSessionsLeaves_StaysOnline()
    {
        var (alice, bob) = await FriendsAsync();
        var second = await _mas.ConnectAsync(bob.Login);
        await bob.CloseAsync();
        await Eventually.HoldsAsync(
            async () => await _mas.Redis.Database.SortedSetLengthAsync($"sessionlist:{bob.UserId}") == 1, "one session is left");
        var windowId = await second.ChatAsync(alice);
        var gid = await second.SayAsync(windowId, "still here");
        await alice.WaitAsync(view => view.OneOnOne(bob.UserId)?.Messages.ContainsKey(gid) == true, "the message");

        Assert.True(alice.Read(view => (bool)view.Friends[bob.UserId]["online"]!));
    }

    [Fact]
    public async Task Request_Refused_LeavesNothing()
    {
        var (alice, bob) = await StrangersAsync();
        var bobsOther = await _mas.ConnectAsync(bob.Login);
        await alice.OkAsync("REQUEST_FRIEND", new { userId = bob.UserId });
        await bob.WaitAsync(view => view.FriendRequests.Contains(alice.UserId), "the request");
        await bobsOther.WaitAsync(view => view.FriendRequests.Contains(alice.UserId), "the request");
        await bob.OkAsync("FRIEND_VERDICT", new { userId = alice.UserId, allow = false });
        await bobsOther.WaitAsync(view => view.FriendRequests.Count == 0, "the request is settled elsewhere");
        await bob.RefusedAsync("NOT_FOUND", "FRIEND_VERDICT", new { userId = alice.UserId, allow = true });

        var fresh = await _mas.ConnectAsync(bob.Login);
        Assert.Empty(fresh.Read(view => view.FriendRequests.ToArray()));
        Assert.Empty(fresh.Read(view => view.Friends.Keys.ToArray()));
    }

    [Fact]
    public async Task Request_WhileAway_IsThereAtTheNextStart()
    {
        var alice = await _mas.NewClientAsync("alice");
        var bob = await _mas.NewUserAsync("bob");
        await alice.OkAsync("REQUEST_FRIEND", new { nick = bob.Nick });

        var client = await _mas.ConnectAsync(bob);

        Assert.Equal([alice.UserId], client.Read(view => view.FriendRequests.ToArray()));
    }

    [Fact]
    public async Task Request_OfBoth_MakesFriendsWithoutAVerdict()
    {
        var (alice, bob) = await StrangersAsync();
        await alice.OkAsync("REQUEST_FRIEND", new { userId = bob.UserId });
        await bob.WaitAsync(view => view.FriendRequests.Contains(alice.UserId), "the request");
        await bob.OkAsync("REQUEST_FRIEND", new { userId = alice.UserId });

        await alice.WaitAsync(view => view.Friends.ContainsKey(bob.UserId), "Bob as a friend");
        await bob.WaitAsync(view => view.Friends.ContainsKey(alice.UserId) && view.FriendRequests.Count == 0, "Alice as a friend");
    }

    [Fact]
    public async Task Remove_Friend_EndsItOnBothSides()
    {
        var (alice, bob) = await FriendsAsync();
        await alice.OkAsync("REMOVE_FRIEND", new { nick = bob.Login.Nick });

        await alice.WaitAsync(view => view.Friends.Count == 0, "no friend");
        await bob.WaitAsync(view => view.Friends.Count == 0, "no friend");
        await alice.RefusedAsync("NOT_FOUND", "REMOVE_FRIEND", new { userId = bob.UserId });
    }

    [Fact]
    public async Task Request_AgainBecauseNobodyCouldBeTold_TellsBoth()
    {
        var (alice, bob) = await StrangersAsync();
        // What a server that lost Redis behind its last write leaves.
        await _mas.Redis.Database.SetAddAsync($"friends:{alice.UserId}", bob.UserId);
        await _mas.Redis.Database.SetAddAsync($"friends:{bob.UserId}", alice.UserId);

        await alice.RefusedAsync("ERROR_EXISTS", "REQUEST_FRIEND", new { userId = bob.UserId });

        await alice.WaitAsync(view => view.Friends.ContainsKey(bob.UserId), "Bob as a friend");
        await bob.WaitAsync(view => view.Friends.ContainsKey(alice.UserId), "Alice as a friend");
    }

    [Fact]
    public async Task Request_BrokenOffWithOneSideWritten_WritesTheOther()
    {
        var (alice, bob) = await StrangersAsync();
        await alice.OkAsync("REQUEST_FRIEND", new { userId = bob.UserId });
        await _mas.Redis.Database.SetAddAsync($"friends:{bob.UserId}", alice.UserId);

        await bob.OkAsync("REQUEST_FRIEND", new { userId = alice.UserId });

        await alice.WaitAsync(view => view.Friends.ContainsKey(bob.UserId), "Bob as a friend");
        await bob.WaitAsync(view => view.Friends.ContainsKey(alice.UserId) && view.FriendRequests.Count == 0, "Alice as a friend");
    }

    [Fact]
    public async Task Remove_BrokenOffWithOneSideLeft_RemovesTheOther()
    {
        var (alice, bob) = await FriendsAsync();
        await _mas.Redis.Database.SetRemoveAsync($"friends:{alice.UserId}", bob.UserId);

        await alice.OkAsync("REMOVE_FRIEND", new { userId = bob.UserId });

        await alice.WaitAsync(view => view.Friends.Count == 0, "no friend");
        await bob.WaitAsync(view => view.Friends.Count == 0, "no friend");
        Assert.False(await _mas.Redis.Database.KeyExistsAsync($"friends:{bob.UserId}"));
    }

    [Fact]
    public async Task Remove_BrokenOffBeforeTheOtherWasTold_IsToldWhenAskedAgain()
    {
        var (alice, bob) = await FriendsAsync();
        await _mas.Redis.Database.KeyDeleteAsync($"friends:{bob.UserId}");

        await alice.OkAsync("REMOVE_FRIEND", new { userId = bob.UserId });

        await bob.WaitAsync(view => view.Friends.Count == 0, "no friend");
        await alice.WaitAsync(view => view.Friends.Count == 0, "no friend");
        Assert.False(await _mas.Redis.Database.KeyExistsAsync($"friends:{alice.UserId}"));
    }

    [Fact]
    public async Task Remove_OfNoFriend_TellsTheOneWhoAsksOnly()
    {
        var (alice, bob) = await FriendsAsync();
        await _mas.Redis.Database.KeyDeleteAsync($"friends:{alice.UserId}");
        await _mas.Redis.Database.KeyDeleteAsync($"friends:{bob.UserId}");

        await alice.RefusedAsync("NOT_FOUND", "REMOVE_FRIEND", new { userId = bob.UserId });

        await alice.WaitAsync(view => view.Friends.Count == 0, "no friend");
        // Anybody may name anybody: a stranger is not to be busied with it. What comes now would have come behind that.
        await bob.OkAsync("SET", new { settings = new { lang = "de" } });
        await bob.WaitAsync(view => view.Settings.ContainsKey("lang"), "what comes behind it");
        Assert.Single(bob.Read(view => view.Friends.Keys.ToArray()));
    }

    [Fact]
    public async Task Requests_ThatMakeNoSense_AreRefused()
    {
        var alice = await _mas.NewClientAsync("alice");

        await alice.RefusedAsync("PARAMETER_INVALID", "REQUEST_FRIEND", new { userId = alice.UserId });
        await alice.RefusedAsync("NOT_FOUND", "REQUEST_FRIEND", new { nick = "nobody-of-that-nick" });
        await alice.RefusedAsync("PARAMETER_MISSING", "REQUEST_FRIEND");
        await alice.RefusedAsync("NOT_FOUND", "FRIEND_VERDICT", new { userId = "1", allow = true });
        await alice.RefusedAsync("PARAMETER_MISSING", "FRIEND_VERDICT", new { userId = "1" });
        await alice.RefusedAsync("PARAMETER_INVALID", "FRIEND_VERDICT", new { userId = "1", allow = "yes" });
    }

    private async Task<(MasClient Alice, MasClient Bob)> FriendsAsync()
    {
        var (alice, bob) = await StrangersAsync();
        await alice.BefriendAsync(bob);
        return (alice, bob);
    }

    private async Task<(MasClient Alice, MasClient Bob)> StrangersAsync() => (await _mas.NewClientAsync("alice"), await _mas.NewClientAsync("bob"));
}

using Mas.Tests.Client;
using Mas.Tests.Harness;
using Newtonsoft.Json.Linq;
using StackExchange.Redis;

namespace Mas.Tests.EndToEnd;

/// <summary>What tests do again and again: each step waits until its client sees the effect.</summary>
internal static class Steps
{
    /// <summary>A name that no other test uses.</summary>
    public static string NewName(string start) => $"{start}{Guid.NewGuid():N}"[..(start.Length + 12)];

    /// <summary>CREATEs a group.</summary>
    /// <returns>Its window.</returns>
    public static async Task<int> CreateAsync(this MasClient client, string name, string password = "")
    {
        var windowId = (await client.OkAsync("CREATE", new { name, password })).Value<int>("windowId");
        await client.WaitAsync(view => view.Windows.ContainsKey(windowId), $"the window of the new group {name}");
        return windowId;
    }

    /// <summary>JOINs a group of network MAS.</summary>
    /// <returns>Its window.</returns>
    public static async Task<int> JoinAsync(this MasClient client, string name, string password = "")
    {
        var windowId = (await client.OkAsync("JOIN", new { network = "MAS", name, password })).Value<int>("windowId");
        await client.WaitAsync(view => view.Windows.ContainsKey(windowId), $"the window of the joined group {name}");
        return windowId;
    }

    /// <summary>CHATs with another user.</summary>
    /// <returns>The one-on-one's window.</returns>
    public static async Task<int> ChatAsync(this MasClient client, MasClient peer)
    {
        var windowId = (await client.OkAsync("CHAT", new { userId = peer.UserId })).Value<int>("windowId");
        await client.WaitAsync(view => view.Windows.ContainsKey(windowId), "the window of the one-on-one");
        return windowId;
    }

    /// <summary>Two new users who are members of one new group; the first owns it.</summary>
    public static async Task<(MasClient Alice, MasClient Bob, int AliceWindow, int BobWindow)> PairAsync(this MasSystem mas)
    {
        var alice = await mas.NewClientAsync("alice");
        var bob = await mas.NewClientAsync("bob");
        // So that their windows' ids differ, as they do in life.
        await bob.CreateAsync(NewName("own"));
        var name = NewName("pair");
        var aliceWindow = await alice.CreateAsync(name);
        var bobWindow = await bob.JoinAsync(name);
        await alice.WaitAsync(view => view.Windows[aliceWindow].Members.Count == 2, "both members");
        return (alice, bob, aliceWindow, bobWindow);
    }

    /// <summary>Makes two users friends.</summary>
    public static async Task BefriendAsync(this MasClient one, MasClient other)
    {
        await one.OkAsync("REQUEST_FRIEND", new { userId = other.UserId });
        await other.OkAsync("REQUEST_FRIEND", new { userId = one.UserId });
        await one.WaitAsync(view => view.Friends.ContainsKey(other.UserId), "the friend");
        await other.WaitAsync(view => view.Friends.ContainsKey(one.UserId), "the friend");
    }

    /// <summary>Waits until a message is there.</summary>
    public static async Task<ViewMessage> MessageAsync(this MasClient client, int windowId, long gid)
    {
        await client.WaitAsync(
            view => view.Windows.TryGetValue(windowId, out var window) && window.Messages.ContainsKey(gid), $"message {gid} in window {windowId}");
        return client.Read(view => view.Windows[windowId].Messages[gid]);
    }

    /// <summary>Sends a request that must fail with this status.</summary>
    public static async Task<JObject> RefusedAsync(this MasClient client, string status, string type, object? fields = null)
    {
        var ack = await client.RequestAsync(type, fields);
        Assert.Equal(status, ack.Value<string>("status"));
        Assert.NotEmpty(ack.Value<string>("errorMsg")!);
        return ack;
    }

    /// <summary>The conversation behind a window, by the schema.</summary>
    public static async Task<string> ConversationAsync(this IDatabase redis, string userId, int windowId) =>
        (string?)await redis.HashGetAsync($"window:{userId}:{windowId}", "conversationId")
        ?? throw new InvalidOperationException($"window:{userId}:{windowId} has no conversationId");

    /// <summary>A conversation's stored messages, oldest first, by the schema.</summary>
    public static async Task<IReadOnlyList<JObject>> MessagesAsync(this IDatabase redis, string conversationId) =>
        [.. (await redis.ListRangeAsync($"conversationmsgs:{conversationId}")).Reverse().Select(json => JObject.Parse((string)json!))];

    /// <summary>A hash as a dictionary.</summary>
    public static async Task<IReadOnlyDictionary<string, string>> HashAsync(this IDatabase redis, string key) =>
        (await redis.HashGetAllAsync(key)).ToDictionary(entry => (string)entry.Name!, entry => (string)entry.Value!);

    /// <summary>Gives a user an email that would be refused today.</summary>
    public static async Task<string> GiveEmailOfOtherRulesAsync(this MasSystem mas, MasLogin login)
    {
        var email = $"{login.Nick}@@example.org".ToLowerInvariant();
        var redis = mas.Redis.Database;
        await redis.HashDeleteAsync("index:user", login.Email.ToLowerInvariant());
        await redis.HashSetAsync("index:user", email, login.UserId);
        await redis.HashSetAsync($"user:{login.UserId}", "email", email);
        return email;
    }
}

using Mas.Tests.Harness;

namespace Mas.Tests.EndToEnd;

[Collection(SharedSystem.Name)]
public sealed class OneOnOneTests(SharedSystem shared)
{
    private readonly MasSystem _mas = shared.Mas;

    [Fact]
    public async Task Kick_InAOneOnOne_LeavesThePeersWindow()
    {
        var alice = await _mas.NewClientAsync("alice");
        var bob = await _mas.NewClientAsync("bob");
        var windowId = await alice.ChatAsync(bob);
        await alice.SayAsync(windowId, "hello Bob");
        await bob.WaitAsync(view => view.OneOnOne(alice.UserId) is not null, "the window");
        var bobs = bob.Read(view => view.OneOnOne(alice.UserId)!.WindowId);

        await alice.RefusedAsync("NOT_FOUND", "KICK", new { windowId, userId = bob.UserId });

        await bob.MessageAsync(bobs, await alice.SayAsync(windowId, "still there?"));
        await bob.SayAsync(bobs, "yes");
    }

    [Fact]
    public async Task Chat_ThenSend_OpensTheWindowOfThePeer()
    {
        var alice = await _mas.NewClientAsync("alice");
        var bob = await _mas.NewClientAsync("bob");
        var windowId = (await alice.OkAsync("CHAT", new { nick = bob.Login.Nick.ToUpperInvariant(), network = "MAS" })).Value<int>("windowId");
        await alice.WaitAsync(view => view.OneOnOne(bob.UserId) is not null, "the window");
        Assert.Null(bob.Read(view => view.OneOnOne(alice.UserId)));

        var gid = await alice.SayAsync(windowId, "hello Bob");

        await bob.WaitAsync(view => view.OneOnOne(alice.UserId)?.Messages.ContainsKey(gid) == true, "the message");
        var redis = _mas.Redis.Database;
        var id = await redis.ConversationAsync(alice.UserId, windowId);
        var conversation = await redis.HashAsync($"conversation:{id}");
        Assert.Equal(("1on1", "", "MAS"), (conversation["type"], conversation["name"], conversation["network"]));
        var pair = new[] { int.Parse(alice.UserId), int.Parse(bob.UserId) }.Order().ToArray();
        Assert.Equal(id, (string?)await redis.HashGetAsync("index:conversation", $"1on1:MAS:{pair[0]}:{pair[1]}"));
        Assert.Equal("u", (string?)await redis.HashGetAsync($"conversationmembers:{id}", bob.UserId));
    }

    [Fact]
    public async Task Close_OneOnOne_DetachesAndComesBackWithTheHistory()
    {
        var alice = await _mas.NewClientAsync("alice");
        var bob = await _mas.NewClientAsync("bob");
        var aliceWindow = await alice.ChatAsync(bob);
        var first = await alice.SayAsync(aliceWindow, "first");
        await bob.WaitAsync(view => view.OneOnOne(alice.UserId)?.Messages.ContainsKey(first) == true, "the message");
        var bobWindow = bob.Read(view => view.OneOnOne(alice.UserId)!.WindowId);
        var id = await _mas.Redis.Database.ConversationAsync(alice.UserId, aliceWindow);

        await bob.OkAsync("CLOSE", new { windowId = bobWindow });
        await bob.WaitAsync(view => view.OneOnOne(alice.UserId) is null, "the window is gone");
        Assert.Equal("d", (string?)await _mas.Redis.Database.HashGetAsync($"conversationmembers:{id}", bob.UserId));
        var second = await alice.SayAsync(aliceWindow, "second");

        await bob.WaitAsync(view => view.OneOnOne(alice.UserId)?.Messages.ContainsKey(second) == true, "the window and the message are back");
        Assert.Contains(first, bob.Read(view => view.OneOnOne(alice.UserId)!.Messages.Keys));
        // Only what came since is unread.
        Assert.Equal(first, bob.Read(view => view.OneOnOne(alice.UserId)!.Seen));
        Assert.Equal("u", (string?)await _mas.Redis.Database.HashGetAsync($"conversationmembers:{id}", bob.UserId));
        await alice.WaitAsync(view => view.Windows[aliceWindow].Members.ContainsKey(bob.UserId), "Bob as a member");
    }

    [Fact]
    public async Task Chat_BothAtOnce_IsOneConversation()
    {
        var alice = await _mas.NewClientAsync("alice");
        var bob = await _mas.NewClientAsync("bob");
        var windows = await Task.WhenAll(alice.ChatAsync(bob), bob.ChatAsync(alice));

        Assert.Equal(
            await _mas.Redis.Database.ConversationAsync(alice.UserId, windows[0]),
            await _mas.Redis.Database.ConversationAsync(bob.UserId, windows[1]));
        var gid = await alice.SayAsync(windows[0], "hi");
        await bob.MessageAsync(windows[1], gid);
    }

    [Fact]
    public async Task Chat_WithNobodyOrOneself_IsRefused()
    {
        var alice = await _mas.NewClientAsync("alice");

        await alice.RefusedAsync("NOT_FOUND", "CHAT", new { userId = "99999999" });
        await alice.RefusedAsync("NOT_FOUND", "CHAT", new { nick = "nobody-here", network = "MAS" });
        await alice.RefusedAsync("PARAMETER_INVALID", "CHAT", new { userId = alice.UserId });
        await alice.RefusedAsync("PARAMETER_MISSING", "CHAT", new { network = "MAS" });
        await alice.RefusedAsync("PARAMETER_INVALID", "CHAT", new { userId = true });
    }

    [Fact]
    public async Task SlashMsg_ToNewAndToOpenOneOnOne_AppearsInBothViews()
    {
        var alice = await _mas.NewClientAsync("alice");
        var bob = await _mas.NewClientAsync("bob");
        var group = await alice.CreateAsync(Steps.NewName("from"));
        await alice.OkAsync("SEND", new { windowId = group, text = $"/msg {bob.Login.Nick} first of them" });
        await bob.WaitAsync(view => view.OneOnOne(alice.UserId)?.Messages.Values.Any(message => message.Body == "first of them") == true, "the first");
        await alice.OkAsync("SEND", new { windowId = group, text = $"/msg {bob.Login.Nick} second of them" });
        await bob.WaitAsync(view => view.OneOnOne(alice.UserId)!.Messages.Values.Any(message => message.Body == "second of them"), "the second");

        await alice.WaitAsync(view => view.OneOnOne(bob.UserId)?.Messages.Values.Any(message => message.Body == "first of them") == true, "its own first");
        await alice.WaitAsync(view => view.OneOnOne(bob.UserId)!.Messages.Values.Any(message => message.Body == "second of them"), "its own second");
        Assert.DoesNotContain(alice.Read(view => view.Windows[group].Messages.Values.ToArray()), message => message.Body.Contains("of them", StringComparison.Ordinal));
    }
}

using Mas.Tests.Harness;

namespace Mas.Tests.EndToEnd;

[Collection(SharedSystem.Name)]
public sealed class GroupTests(SharedSystem shared)
{
    private readonly MasSystem _mas = shared.Mas;

    [Fact]
    public async Task Create_NewName_WritesTheRecordsOfTheSchema()
    {
        var owner = await _mas.NewClientAsync("owner");
        var name = Steps.NewName("Tea");
        var windowId = await owner.CreateAsync(name, "sesame");

        var redis = _mas.Redis.Database;
        var id = await redis.ConversationAsync(owner.UserId, windowId);
        var conversation = await redis.HashAsync($"conversation:{id}");
        Assert.Equal("group", conversation["type"]);
        Assert.Equal(name, conversation["name"]);
        Assert.Equal("MAS", conversation["network"]);
        Assert.Equal(owner.UserId, conversation["owner"]);
        Assert.Equal("sesame", conversation["password"]);
        Assert.Equal("", conversation["topic"]);
        Assert.Equal(id, (string?)await redis.HashGetAsync("index:conversation", $"group:MAS:{name.ToLowerInvariant()}"));
        Assert.Equal("*", (string?)await redis.HashGetAsync($"conversationmembers:{id}", owner.UserId));
        Assert.True(await redis.SetContainsAsync($"windowlist:{owner.UserId}", windowId));
        Assert.Equal(windowId, (int)await redis.HashGetAsync("index:windowIds", $"{owner.UserId}:{id}"));
        Assert.Equal(windowId, (int)await redis.HashGetAsync($"conversationsessions:{id}", $"{owner.UserId}:{owner.SessionId}"));
        Assert.Equal(windowId, (int)await redis.HashGetAsync($"user:{owner.UserId}", "nextwindowid"));
        var window = owner.Read(view => view.Windows[windowId]);
        Assert.Equal(("group", "MAS", name, "*", "sesame"), (window.Type, window.Network, window.Name, window.Role, window.Password));
        await owner.WaitAsync(view => view.Windows[windowId].Members.GetValueOrDefault(owner.UserId) == "*", "itself as a member");
    }

    [Fact]
    public async Task Create_NameTakenInOtherCase_IsErrorExists()
    {
        var owner = await _mas.NewClientAsync("owner");
        var name = Steps.NewName("tea");
        await owner.CreateAsync(name);
        var other = await _mas.NewClientAsync("other");

        await other.RefusedAsync("ERROR_EXISTS", "CREATE", new { name = name.ToUpperInvariant() });
    }

    [Theory]
    [InlineData("", "ERROR_NAME_MISSING")]
    [InlineData("two words", "PARAMETER_INVALID")]
    [InlineData("a,b", "PARAMETER_INVALID")]
    [InlineData("tab\there", "PARAMETER_INVALID")]
    [InlineData("123456789012345678901234567890123456789012345678901", "PARAMETER_INVALID")]
    public async Task Create_BadName_IsRefused(string name, string status) =>
        await (await _mas.NewClientAsync("bad")).RefusedAsync(status, "CREATE", new { name });

    [Fact]
    public async Task Join_Group_ShowsEverybodyTheMemberAndTheNewcomerTheBacklog()
    {
        var owner = await _mas.NewClientAsync("owner");
        var name = Steps.NewName("tea");
        var ownerWindow = await owner.CreateAsync(name);
        var gid = await owner.SayAsync(ownerWindow, "said before");
        var guest = await _mas.NewClientAsync("guest");

        var guestWindow = await guest.JoinAsync(name.ToUpperInvariant());

        Assert.Equal("said before", (await guest.MessageAsync(guestWindow, gid)).Body);
        await guest.WaitAsync(view => view.Windows[guestWindow].Members.Count == 2, "both members");
        await owner.WaitAsync(view => view.Windows[ownerWindow].Members.GetValueOrDefault(guest.UserId) == "u", "the new member");
        await owner.WaitAsync(view => view.Windows[ownerWindow].Messages.Values.Any(message => message.Cat == "join" && message.UserId == guest.UserId), "the join line");
        await guest.RefusedAsync("ALREADY_JOINED", "JOIN", new { network = "MAS", name });
    }

    [Fact]
    public async Task Join_PasswordWrongThenRight_IsRefusedThenIn()
    {
        var owner = await _mas.NewClientAsync("owner");
        var name = Steps.NewName("locked");
        await owner.CreateAsync(name, "sesame");
        var guest = await _mas.NewClientAsync("guest");

        await guest.RefusedAsync("INCORRECT_PASSWORD", "JOIN", new { network = "MAS", name, password = "wrong" });
        await guest.RefusedAsync("INCORRECT_PASSWORD", "JOIN", new { network = "MAS", name });
        await guest.RefusedAsync("NOT_FOUND", "JOIN", new { network = "MAS", name = Steps.NewName("none") });
        var windowId = await guest.JoinAsync(name, "sesame");
        Assert.Equal("u", guest.Read(view => view.Windows[windowId].Role));
    }

    [Fact]
    public async Task UpdatePassword_ByOwner_TellsMembersAndCountsForTheNext()
    {
        var owner = await _mas.NewClientAsync("owner");
        var name = Steps.NewName("lock");
        var ownerWindow = await owner.CreateAsync(name);
        var guest = await _mas.NewClientAsync("guest");
        var guestWindow = await guest.JoinAsync(name);

        await guest.RefusedAsync("NO_PERMISSION", "UPDATE_PASSWORD", new { windowId = guestWindow, password = "mine" });
        await owner.OkAsync("UPDATE_PASSWORD", new { windowId = ownerWindow, password = "sesame" });
        await guest.WaitAsync(view => view.Windows[guestWindow].Password == "sesame", "the new password");
        var late = await _mas.NewClientAsync("late");
        await late.RefusedAsync("INCORRECT_PASSWORD", "JOIN", new { network = "MAS", name });
        await owner.OkAsync("UPDATE_PASSWORD", new { windowId = ownerWindow, password = "" });
        await late.JoinAsync(name);
    }

    [Fact]
    public async Task UpdateTopic_ByMember_ShowsEverywhereAndStays()
    {
        var owner = await _mas.NewClientAsync("owner");
        var name = Steps.NewName("topic");
        var windowId = await owner.CreateAsync(name);
        var guest = await _mas.NewClientAsync("guest");
        var guestWindow = await guest.JoinAsync(name);

        await owner.OkAsync("UPDATE_TOPIC", new { windowId, topic = "Tēa & \"biscuits\" <b>" });

        await guest.WaitAsync(view => view.Windows[guestWindow].Topic == "Tēa & \"biscuits\" <b>", "the topic");
        var id = await _mas.Redis.Database.ConversationAsync(owner.UserId, windowId);
        Assert.Equal("Tēa & \"biscuits\" <b>", (string?)await _mas.Redis.Database.HashGetAsync($"conversation:{id}", "topic"));
        var again = await _mas.ConnectAsync(guest.Login);
        Assert.Equal("Tēa & \"biscuits\" <b>", again.Read(view => view.Windows[guestWindow].Topic));
    }

    [Fact]
    public async Task UpdateRole_OpAndDeop_GivesAndTakesPermission()
    {
        var owner = await _mas.NewClientAsync("owner");
        var name = Steps.NewName("roles");
        var ownerWindow = await owner.CreateAsync(name);
        var guest = await _mas.NewClientAsync("guest");
        var guestWindow = await guest.JoinAsync(name);
        var third = await _mas.NewClientAsync("third");
        var thirdWindow = await third.JoinAsync(name);

        await guest.RefusedAsync("NO_PERMISSION", "UPDATE_ROLE", new { windowId = guestWindow, userId = guest.UserId, role = "@" });
        await owner.OkAsync("UPDATE_ROLE", new { windowId = ownerWindow, userId = guest.UserId, role = "@" });
        await guest.WaitAsync(view => view.Windows[guestWindow].Role == "@", "its own role");
        await third.WaitAsync(view => view.Windows[thirdWindow].Members[guest.UserId] == "@", "the operator");
        await guest.OkAsync("UPDATE_ROLE", new { windowId = guestWindow, userId = third.UserId, role = "+" });
        await third.WaitAsync(view => view.Windows[thirdWindow].Role == "+", "its voice");
        await guest.RefusedAsync("NO_PERMISSION", "UPDATE_ROLE", new { windowId = guestWindow, userId = owner.UserId, role = "u" });
        await owner.OkAsync("UPDATE_ROLE", new { windowId = ownerWindow, userId = guest.UserId, role = "u" });
        await guest.RefusedAsync("NO_PERMISSION", "UPDATE_ROLE", new { windowId = guestWindow, userId = third.UserId, role = "u" });
        await owner.RefusedAsync("PARAMETER_INVALID", "UPDATE_ROLE", new { windowId = ownerWindow, userId = guest.UserId, role = "*" });
        await owner.RefusedAsync("PARAMETER_INVALID", "UPDATE_ROLE", new { windowId = ownerWindow, userId = guest.UserId, role = "d" });
        await owner.RefusedAsync("NOT_FOUND", "UPDATE_ROLE", new { windowId = ownerWindow, userId = (await _mas.NewUserAsync("out")).UserId, role = "@" });
    }

    [Fact]
    public async Task Kick_ByOperator_ClosesTheWindowAndSaysWhy()
    {
        var owner = await _mas.NewClientAsync("owner");
        var name = Steps.NewName("kick");
        var ownerWindow = await owner.CreateAsync(name);
        var guest = await _mas.NewClientAsync("guest");
        var guestWindow = await guest.JoinAsync(name);
        var watcher = await _mas.NewClientAsync("watcher");
        var watcherWindow = await watcher.JoinAsync(name);
        var id = await _mas.Redis.Database.ConversationAsync(owner.UserId, ownerWindow);

        await guest.RefusedAsync("NO_PERMISSION", "KICK", new { windowId = guestWindow, userId = owner.UserId });
        await owner.OkAsync("KICK", new { windowId = ownerWindow, userId = guest.UserId, reason = "too loud" });

        await guest.WaitAsync(view => !view.Windows.ContainsKey(guestWindow), "the window is gone");
        await watcher.WaitAsync(view => !view.Windows[watcherWindow].Members.ContainsKey(guest.UserId), "the member is gone");
        await watcher.WaitAsync(
            view => view.Windows[watcherWindow].Messages.Values.Any(message => message.Cat == "kick" && message.Body.Contains("too loud", StringComparison.Ordinal)), "the kick line");
        await guest.RefusedAsync("NOT_FOUND", "SEND", new { windowId = guestWindow, text = "I am out" });
        await guest.RefusedAsync("NOT_FOUND", "FETCH", new { windowId = guestWindow });
        Assert.False(await _mas.Redis.Database.HashExistsAsync($"conversationmembers:{id}", guest.UserId));
        Assert.False(await _mas.Redis.Database.SetContainsAsync($"windowlist:{guest.UserId}", guestWindow));
        Assert.False(await _mas.Redis.Database.KeyExistsAsync($"window:{guest.UserId}:{guestWindow}"));
    }

    [Fact]
    public async Task Close_Group_LeavesItAndTheLastOneRemovesIt()
    {
        var owner = await _mas.NewClientAsync("owner");
        var name = Steps.NewName("leave");
        var ownerWindow = await owner.CreateAsync(name);
        var guest = await _mas.NewClientAsync("guest");
        var guestWindow = await guest.JoinAsync(name);
        var redis = _mas.Redis.Database;
        var id = await redis.ConversationAsync(owner.UserId, ownerWindow);

        await owner.OkAsync("CLOSE", new { windowId = ownerWindow });
        await owner.WaitAsync(view => !view.Windows.ContainsKey(ownerWindow), "the window is gone");
        await guest.WaitAsync(view => !view.Windows[guestWindow].Members.ContainsKey(owner.UserId), "the member is gone");
        // Whoever owns a group comes back as its owner.
        var ownerAgain = await owner.JoinAsync(name);
        Assert.Equal("*", owner.Read(view => view.Windows[ownerAgain].Role));
        await owner.OkAsync("CLOSE", new { windowId = ownerAgain });
        await guest.OkAsync("CLOSE", new { windowId = guestWindow });

        await Eventually.HoldsAsync(
            () => _mas.Redis.Keys($"*:{id}").Where(key => key.StartsWith("conversation", StringComparison.Ordinal)).All(key => key.Contains(":fence", StringComparison.Ordinal)),
            "no key of the conversation is left");
        Assert.False(await redis.HashExistsAsync("index:conversation", $"group:MAS:{name}"));
        Assert.False(await redis.HashExistsAsync("index:windowIds", $"{owner.UserId}:{id}"));
        await guest.RefusedAsync("NOT_FOUND", "JOIN", new { network = "MAS", name });
    }

    [Fact]
    public async Task Create_MoreWindowsThanAllowed_IsRefused()
    {
        var client = await _mas.NewClientAsync("full");
        await _mas.Redis.Database.HashSetAsync($"user:{client.UserId}", "maxwindows", 2);
        await client.CreateAsync(Steps.NewName("one"));
        await client.CreateAsync(Steps.NewName("two"));

        await client.RefusedAsync("ERROR", "CREATE", new { name = Steps.NewName("three") });
    }

    [Fact]
    public async Task Requests_ForSomebodyElsesWindow_AreNotFound()
    {
        var owner = await _mas.NewClientAsync("owner");
        for (var i = 0; i < 3; i++)
            await owner.CreateAsync(Steps.NewName("theirs"));
        var windowId = await owner.CreateAsync(Steps.NewName("theirs"));
        var mallory = await _mas.NewClientAsync("mallory");

        foreach (var (type, fields) in new (string, object)[]
        {
            ("SEND", new { windowId, text = "x" }), ("EDIT", new { windowId, gid = 1, text = "x" }), ("CLOSE", new { windowId }),
            ("UPDATE", new { windowId, row = 1 }), ("SEEN", new { windowId, gid = 1 }), ("TYPING", new { windowId }),
            ("UPDATE_TOPIC", new { windowId, topic = "x" }), ("UPDATE_PASSWORD", new { windowId, password = "x" }),
            ("UPDATE_ROLE", new { windowId, userId = mallory.UserId, role = "@" }), ("KICK", new { windowId, userId = owner.UserId }),
            ("FETCH", new { windowId }), ("COMMAND", new { windowId, command = "me", @params = "x" }),
        })
            await mallory.RefusedAsync("NOT_FOUND", type, fields);
        Assert.Equal(1, owner.Read(view => view.Windows[windowId].Members.Count));
    }

    [Fact]
    public async Task TwoSessions_OfOneUser_SeeTheSame()
    {
        var first = await _mas.NewClientAsync("twice");
        var second = await _mas.ConnectAsync(first.Login);
        var name = Steps.NewName("both");
        var windowId = await first.CreateAsync(name);
        await second.WaitAsync(view => view.Windows.ContainsKey(windowId), "the window");
        var gid = await first.SayAsync(windowId, "from the first");
        Assert.Equal("from the first", (await second.MessageAsync(windowId, gid)).Body);
        var back = await second.SayAsync(windowId, "from the second");
        await first.MessageAsync(windowId, back);
        await second.OkAsync("UPDATE_TOPIC", new { windowId, topic = "one" });
        await first.WaitAsync(view => view.Windows[windowId].Topic == "one", "the topic");
        await second.WaitAsync(view => view.Windows[windowId].Topic == "one", "the topic");

        await Eventually.PassesAsync(() =>
        {
            Assert.Equal(first.Dump(), second.Dump());
            return Task.CompletedTask;
        });
    }
}

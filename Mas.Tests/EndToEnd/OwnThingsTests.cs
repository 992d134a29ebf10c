using System.Net;
using Mas.Tests.Client;
using Mas.Tests.Harness;

namespace Mas.Tests.EndToEnd;

/// <summary>Windows' settings, settings, profile, alerts and the account: what concerns one user only.</summary>
[Collection(SharedSystem.Name)]
public sealed class OwnThingsTests(SharedSystem shared)
{
    /// <summary>Of a sorted set by unix time: older than anything waits.</summary>
    private const long LongAgo = 1;

    private readonly MasSystem _mas = shared.Mas;

    [Fact]
    public async Task Update_Window_IsSharedAndStored()
    {
        var client = await _mas.NewClientAsync("layout");
        var other = await _mas.ConnectAsync(client.Login);
        var windowId = await client.CreateAsync(Steps.NewName("layout"));
        await other.WaitAsync(view => view.Windows.ContainsKey(windowId), "the window");

        await client.OkAsync("UPDATE", new { windowId, row = 2, sounds = false, titleAlert = false, visible = false });

        await other.WaitAsync(
            view => view.Windows[windowId].Changeable is var window && (int)window["row"]! == 2
                && !(bool)window["sounds"]! && !(bool)window["titleAlert"]! && !(bool)window["visible"]!,
            "the window's settings");
        var stored = await _mas.Redis.Database.HashAsync($"window:{client.UserId}:{windowId}");
        Assert.Equal("2", stored["row"]);
        Assert.Equal(stored["sounds"], stored["visible"]);
        await client.RefusedAsync("PARAMETER_MISSING", "UPDATE", new { windowId });
        await client.RefusedAsync("PARAMETER_INVALID", "UPDATE", new { windowId, row = -1 });
        await client.RefusedAsync("PARAMETER_INVALID", "UPDATE", new { windowId, sounds = "loud" });
        await client.RefusedAsync("NOT_FOUND", "UPDATE", new { windowId = 999_999, row = 1 });
    }

    [Fact]
    public async Task Set_Settings_AreSharedAndThereAtTheNextStart()
    {
        var client = await _mas.NewClientAsync("settings");
        var other = await _mas.ConnectAsync(client.Login);

        await client.OkAsync("SET", new { settings = new { theme = "dark", lang = "de" } });

        await other.WaitAsync(view => view.Settings.TryGetValue("theme", out var theme) && (string?)theme == "dark", "the setting");
        Assert.Equal("de", (string?)await _mas.Redis.Database.HashGetAsync($"settings:{client.UserId}", "lang"));
        var fresh = await _mas.ConnectAsync(client.Login);
        Assert.Equal("dark", fresh.Read(view => view.Settings["theme"].ToString()));
        await client.RefusedAsync("PARAMETER_INVALID", "SET", new { settings = "dark" });
        await client.RefusedAsync("PARAMETER_MISSING", "SET");
        await client.RefusedAsync("PARAMETER_INVALID", "SET", new { settings = new { theme = new[] { 1 } } });
        await client.RefusedAsync("TOO_LARGE", "SET", new { settings = new { theme = new string('x', 50_000) } });
    }

    [Fact]
    public async Task Set_MoreSettingsThanAllowed_IsTooLarge()
    {
        var client = await _mas.NewClientAsync("hoarder");
        await client.OkAsync("SET", new { settings = Enumerable.Range(0, 200).ToDictionary(i => $"s{i}", i => $"{i}") });

        await client.RefusedAsync("TOO_LARGE", "SET", new { settings = new { oneMore = "1" } });
        await client.OkAsync("SET", new { settings = new { s0 = "changed" } });
    }

    [Fact]
    public async Task UpdateProfile_NickAndName_AreToldToWhoSeesThem()
    {
        var (alice, bob, windowId, _) = await _mas.PairAsync();
        var nick = Steps.NewName("New");

        await bob.OkAsync("UPDATE_PROFILE", new { nick, name = "Bob the Second" });

        await alice.WaitAsync(view => view.Users[bob.UserId]["nick"]!["MAS"]!.ToString() == nick, "the new nick");
        Assert.Equal("Bob the Second", alice.Read(view => view.Users[bob.UserId]["name"]!.ToString()));
        await bob.WaitAsync(view => view.Users[bob.UserId]["nick"]!["MAS"]!.ToString() == nick, "its own new nick");
        var redis = _mas.Redis.Database;
        Assert.Equal(bob.UserId, (string?)await redis.HashGetAsync("index:user", nick.ToLowerInvariant()));
        Assert.False(await redis.HashExistsAsync("index:user", bob.Login.Nick.ToLowerInvariant()));
        var profile = await bob.OkAsync("GET_PROFILE");
        Assert.Equal((nick, "Bob the Second", bob.Login.Email), ((string?)profile["nick"], (string?)profile["name"], (string?)profile["email"]));
    }

    [Fact]
    public async Task UpdateProfile_AskedAgainBecauseNobodyCouldBeTold_IsTold()
    {
        var (alice, bob, windowId, _) = await _mas.PairAsync();
        var nick = Steps.NewName("New");
        // As a server leaves it that could write and not push.
        var redis = _mas.Redis.Database;
        await redis.HashSetAsync("index:user", nick.ToLowerInvariant(), bob.UserId);
        await redis.HashSetAsync($"user:{bob.UserId}", "nick", nick);
        await redis.HashDeleteAsync("index:user", bob.Login.Nick.ToLowerInvariant());

        await bob.OkAsync("UPDATE_PROFILE", new { nick });

        await alice.WaitAsync(view => view.Users[bob.UserId]["nick"]!["MAS"]!.ToString() == nick, "the new nick");
    }

    [Fact]
    public async Task UpdateProfile_TakenOrInvalid_ChangesNothing()
    {
        var alice = await _mas.NewClientAsync("alice");
        var bob = await _mas.NewClientAsync("bob");

        await bob.RefusedAsync("ERROR_EXISTS", "UPDATE_PROFILE", new { nick = alice.Login.Nick.ToUpperInvariant() });
        await bob.RefusedAsync("ERROR_EXISTS", "UPDATE_PROFILE", new { email = alice.Login.Email, nick = Steps.NewName("free") });
        await bob.RefusedAsync("PARAMETER_INVALID", "UPDATE_PROFILE", new { nick = "two words" });
        await bob.RefusedAsync("PARAMETER_INVALID", "UPDATE_PROFILE", new { email = "none" });
        await bob.RefusedAsync("PARAMETER_MISSING", "UPDATE_PROFILE", new { password = "another one 2" });
        await bob.RefusedAsync("INCORRECT_PASSWORD", "UPDATE_PROFILE", new { password = "another one 2", currentPassword = "wrong" });
        await bob.RefusedAsync("PARAMETER_MISSING", "UPDATE_PROFILE");
        var profile = await bob.OkAsync("GET_PROFILE");
        Assert.Equal((bob.Login.Nick, bob.Login.Email), ((string?)profile["nick"], (string?)profile["email"]));
    }

    [Fact]
    public async Task UpdateProfile_OfAUserWhoseEmailWouldBeRefusedToday_ChangesTheNick()
    {
        var client = await _mas.NewClientAsync("old");
        var (nick, email) = (Steps.NewName("New"), await _mas.GiveEmailOfOtherRulesAsync(client.Login));

        await client.OkAsync("UPDATE_PROFILE", new { nick, email });

        Assert.Equal(nick, (string?)(await client.OkAsync("GET_PROFILE"))["nick"]);
    }

    [Fact]
    public async Task UpdateProfile_Password_CountsAtTheNextLogin()
    {
        var client = await _mas.NewClientAsync("pass");
        await client.OkAsync("UPDATE_PROFILE", new { password = "another one 2", currentPassword = client.Login.Password });

        using var http = new MasHttp(_mas.Address);
        Assert.Equal(HttpStatusCode.Unauthorized, (await http.PostAsync("/api/login", new { username = client.Login.Nick, password = client.Login.Password })).Status);
        await http.LoginAsync(client.Login.Nick, client.Login.Email, "another one 2");
        // Who could not be told may ask again.
        await client.OkAsync("UPDATE_PROFILE", new { password = "another one 2", currentPassword = client.Login.Password });
        await client.RefusedAsync("INCORRECT_PASSWORD", "UPDATE_PROFILE", new { password = "a third one 3", currentPassword = client.Login.Password });
    }

    [Fact]
    public async Task Alert_OfAnInvitation_StaysUntilAcknowledged()
    {
        var alice = await _mas.NewClientAsync("alice");
        var name = Steps.NewName("party");
        var windowId = await alice.CreateAsync(name);
        var bob = await _mas.NewClientAsync("bob");
        await alice.OkAsync("SEND", new { windowId, text = $"/invite {bob.Login.Nick}" });
        await bob.WaitAsync(view => view.Alerts.Values.Any(alert => alert.Contains(name, StringComparison.Ordinal)), "the invitation");

        var fresh = await _mas.ConnectAsync(bob.Login);
        var alertId = fresh.Read(view => view.Alerts.Single().Key);
        await fresh.OkAsync("ACKALERT", new { alertId });
        await bob.WaitAsync(view => view.Alerts.Count == 0, "the alert is acknowledged elsewhere");
        await fresh.RefusedAsync("NOT_FOUND", "ACKALERT", new { alertId });
        var last = await _mas.ConnectAsync(bob.Login);
        Assert.Empty(last.Read(view => view.Alerts.Keys.ToArray()));
    }

    [Fact]
    public async Task Alerts_OfInvitations_AreAHundredAtMost()
    {
        var alice = await _mas.NewClientAsync("alice");
        var bob = await _mas.NewClientAsync("bob");
        var windowId = await alice.CreateAsync(Steps.NewName("party"));
        var redis = _mas.Redis.Database;
        var last = await redis.StringIncrementAsync("nextGlobalNoteId", 100);
        await redis.HashSetAsync($"alerts:{bob.UserId}", [.. Enumerable.Range(0, 100).Select(i => new StackExchange.Redis.HashEntry(last - i, "come!"))]);

        await alice.RefusedAsync("ERROR", "SEND", new { windowId, text = $"/invite {bob.Login.Nick}" });

        Assert.Equal(100, await redis.HashLengthAsync($"alerts:{bob.UserId}"));
    }

    [Fact]
    public async Task Logout_ByRequest_EndsThisLoginOnly()
    {
        var first = await _mas.NewClientAsync("out");
        using var http = new MasHttp(_mas.Address);
        var second = await _mas.ConnectAsync(await http.LoginAsync(first.Login.Nick, first.Login.Email, first.Login.Password));

        await first.OkAsync("LOGOUT");

        Assert.Equal("LOGGED_OUT", (await first.Ended.WaitAsync(Eventually.DefaultDeadline)).Code);
        await second.OkAsync("GET_PROFILE");
        await second.OkAsync("LOGOUT", new { allSessions = true });
        Assert.Equal("LOGGED_OUT", (await second.Ended.WaitAsync(Eventually.DefaultDeadline)).Code);
    }

    [Fact]
    public async Task DestroyAccount_RightPassword_EndsEverythingOfTheUser()
    {
        var (alice, bob, windowId, _) = await _mas.PairAsync();
        var bobsOther = await _mas.ConnectAsync(bob.Login);
        await bob.RefusedAsync("INCORRECT_PASSWORD", "DESTROY_ACCOUNT", new { password = "wrong" });

        await bob.OkAsync("DESTROY_ACCOUNT", new { password = bob.Login.Password });

        Assert.Equal("ACCOUNT_CLOSED", (await bob.Ended.WaitAsync(Eventually.DefaultDeadline)).Code);
        Assert.Equal("ACCOUNT_CLOSED", (await bobsOther.Ended.WaitAsync(Eventually.DefaultDeadline)).Code);
        await alice.WaitAsync(view => !view.Windows[windowId].Members.ContainsKey(bob.UserId), "the member is gone");
        using var http = new MasHttp(_mas.Address);
        Assert.Equal(HttpStatusCode.Unauthorized, (await http.PostAsync("/api/login", new { username = bob.Login.Nick, password = bob.Login.Password })).Status);
        // The nick is free again, and is another user's then.
        Assert.NotEqual(bob.UserId, (await http.RegisterAndLoginAsync(bob.Login.Nick)).UserId);
        var redis = _mas.Redis.Database;
        await Eventually.HoldsAsync(async () => await redis.SetLengthAsync($"windowlist:{bob.UserId}") == 0, "no window is left");
        await Eventually.HoldsAsync(async () => !await redis.KeyExistsAsync($"sessionlist:{bob.UserId}"), "no session is left");
        Assert.NotEqual("1", (string?)await redis.HashGetAsync($"user:{bob.UserId}", "inuse"));
    }

    [Fact]
    public async Task DestroyAccount_BrokenOffBehindItsClosing_EndsTheRestWhenAskedAgain()
    {
        var (alice, bob, windowId, _) = await _mas.PairAsync();
        await alice.BefriendAsync(bob);
        // As far as a server has come that lost Redis then.
        var redis = _mas.Redis.Database;
        await redis.HashSetAsync($"user:{bob.UserId}", [new("inuse", "0"), new("passwd", ""), new("salt", ""), new("secret", ""), new("secretExpires", 0)]);

        await bob.OkAsync("DESTROY_ACCOUNT", new { password = bob.Login.Password });

        Assert.Equal("ACCOUNT_CLOSED", (await bob.Ended.WaitAsync(Eventually.DefaultDeadline)).Code);
        await alice.WaitAsync(view => !view.Windows[windowId].Members.ContainsKey(bob.UserId) && view.Friends.Count == 0, "the member and friend is gone");
        Assert.False(await redis.HashExistsAsync("index:user", bob.Login.Nick.ToLowerInvariant()));
        Assert.False(await redis.KeyExistsAsync($"friends:{bob.UserId}"));
    }

    [Fact]
    public async Task DestroyAccount_BrokenOffBehindItsClosing_IsFinishedByItself()
    {
        var (alice, bob, windowId, _) = await _mas.PairAsync();
        var redis = _mas.Redis.Database;
        await redis.HashSetAsync($"user:{bob.UserId}", [new("inuse", "0"), new("passwd", ""), new("salt", ""), new("secret", ""), new("secretExpires", 0)]);

        await redis.SortedSetAddAsync("accountsclosing", bob.UserId, LongAgo);

        Assert.Equal("ACCOUNT_CLOSED", (await bob.Ended.WaitAsync(Eventually.DefaultDeadline)).Code);
        await alice.WaitAsync(view => !view.Windows[windowId].Members.ContainsKey(bob.UserId), "the member is gone");
        Assert.False(await redis.HashExistsAsync("index:user", bob.Login.Nick.ToLowerInvariant()));
    }

    [Fact]
    public async Task DestroyAccount_WhatOtherSessionsWriteBehindIt_IsRemoved()
    {
        var bob = await _mas.NewClientAsync("bob");
        await bob.OkAsync("DESTROY_ACCOUNT", new { password = bob.Login.Password });
        await bob.Ended.WaitAsync(Eventually.DefaultDeadline);
        // A SET, and an UPDATE_PROFILE, that their server had begun with.
        var redis = _mas.Redis.Database;
        await redis.HashSetAsync($"settings:{bob.UserId}", "theme", "dark");
        await redis.HashSetAsync($"user:{bob.UserId}", "email", "bob@example.org");

        Assert.False(await redis.SortedSetAddAsync("accountsclosing", bob.UserId, LongAgo), "it is noted that the account was closed");

        await Eventually.HoldsAsync(async () => await redis.SortedSetScoreAsync("accountsclosing", bob.UserId) is null, "the account is looked at once more");
        Assert.False(await redis.KeyExistsAsync($"settings:{bob.UserId}"));
        Assert.Equal("", (string?)await redis.HashGetAsync($"user:{bob.UserId}", "email"));
    }

    [Fact]
    public async Task DestroyAccount_OfBothOfAConversation_RemovesItThoughOneHadClosedTheWindow()
    {
        var alice = await _mas.NewClientAsync("alice");
        var bob = await _mas.NewClientAsync("bob");
        var windowId = await alice.ChatAsync(bob);
        await alice.SayAsync(windowId, "between us");
        var redis = _mas.Redis.Database;
        var id = await redis.ConversationAsync(alice.UserId, windowId);
        await alice.OkAsync("CLOSE", new { windowId });
        await bob.OkAsync("DESTROY_ACCOUNT", new { password = bob.Login.Password });
        await Eventually.HoldsAsync(async () => await redis.SetLengthAsync($"windowlist:{bob.UserId}") == 0, "Bob's window is gone");
        Assert.True(await redis.KeyExistsAsync($"conversationmsgs:{id}"), "Alice may still read it");

        await alice.OkAsync("DESTROY_ACCOUNT", new { password = alice.Login.Password });
        await redis.SortedSetAddAsync("accountsclosing", alice.UserId, LongAgo);

        await Eventually.HoldsAsync(async () => !await redis.KeyExistsAsync($"conversation:{id}"), "the conversation is gone");
        Assert.False(await redis.KeyExistsAsync($"conversationmsgs:{id}"));
        Assert.DoesNotContain(await redis.HashValuesAsync("index:conversation"), value => value == id);
    }

    [Fact]
    public async Task DestroyAccount_NotedAndNotBegun_LeavesTheAccount()
    {
        var bob = await _mas.NewClientAsync("bob");
        var redis = _mas.Redis.Database;

        await redis.SortedSetAddAsync("accountsclosing", bob.UserId, LongAgo);

        await Eventually.HoldsAsync(async () => await redis.SortedSetScoreAsync("accountsclosing", bob.UserId) is null, "the account has been looked at");
        await bob.OkAsync("GET_PROFILE");
    }

    [Fact]
    public async Task DestroyAccount_OfADisabledAccount_TakesNoOtherPassword()
    {
        var bob = await _mas.NewClientAsync("bob");
        // What an operator's disable writes before it ends the sessions.
        await _mas.Redis.Database.HashSetAsync($"user:{bob.UserId}", "inuse", "0");

        await bob.RefusedAsync("INCORRECT_PASSWORD", "DESTROY_ACCOUNT", new { password = "wrong" });

        Assert.NotEqual("", (string?)await _mas.Redis.Database.HashGetAsync($"user:{bob.UserId}", "passwd"));
    }
}

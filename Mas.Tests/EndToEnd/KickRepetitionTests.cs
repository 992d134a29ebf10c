using Mas.Tests.Client;
using Mas.Tests.Harness;
using StackExchange.Redis;

namespace Mas.Tests.EndToEnd;

/// <summary>KICK, the operators' kick and INVITE, done again by the worker that follows one that died in the middle.</summary>
[Collection(SharedSystem.Name)]
public sealed class KickRepetitionTests(SharedSystem shared)
{
    private const string Operator = "iSERVER";
    private readonly MasSystem _mas = shared.Mas;

    private IDatabase Redis => _mas.Redis.Database;

    [Theory]
    [InlineData("KICK")]
    [InlineData("ADMIN_KICK")]
    public async Task Kick_BrokenOffBehindItsLine_EndsTheMembershipWithOneLine(string type)
    {
        var group = await GroupAsync();
        var rid = await Redis.LeaveLineAsync(group.Id, AuthorOf(type, group), "kick", "bob: enough");

        await KickAgainAsync(type, group, rid);

        await IsOutAsync(group);
        Assert.Single(await Redis.MessagesAsync(group.Id), message => message.Value<string>("cat") == "kick");
        // What the first one may not have told of its line, the second one tells.
        await group.Alice.WaitAsync(view => view.Windows[group.WindowId].Messages.Values.Any(message => message.Cat == "kick"), "the line");
    }

    [Theory]
    [InlineData("KICK")]
    [InlineData("ADMIN_KICK")]
    public async Task Kick_BrokenOffBehindTheMembership_IsToldToTheOthers(string type)
    {
        var group = await GroupAsync();
        var rid = await Redis.LeaveLineAsync(group.Id, AuthorOf(type, group), "kick", "bob: enough");
        await Redis.HashDeleteAsync($"conversationmembers:{group.Id}", group.Bob.UserId);

        await KickAgainAsync(type, group, rid);

        await IsOutAsync(group);
        Assert.Single(await Redis.MessagesAsync(group.Id), message => message.Value<string>("cat") == "kick");
    }

    [Fact]
    public async Task Kick_RefusedByTheRole_IsRefusedWhenDoneAgain()
    {
        var group = await GroupAsync();
        var carl = await _mas.NewClientAsync("carl");
        var carlWindow = await carl.JoinAsync(group.Name);

        await Redis.RedeliverAsync(carl.UserId, "KICK", new { conversationId = group.Id, target = group.Bob.UserId, reason = "" });

        Assert.Equal("u", (string?)await Redis.HashGetAsync($"conversationmembers:{group.Id}", group.Bob.UserId));
        await group.Bob.MessageAsync(group.Bob.Window(group.Name), await carl.SayAsync(carlWindow, "he is still here"));
        Assert.DoesNotContain(await Redis.MessagesAsync(group.Id), message => message.Value<string>("cat") == "kick");
    }

    [Fact]
    public async Task OperatorsKick_OfTheLastMemberBrokenOffAfterTheMembership_RemovesTheGroup()
    {
        var alice = await _mas.NewClientAsync("alice", new MasClientOptions { WorkersFail = true });
        var name = Steps.NewName("empty");
        var id = await Redis.ConversationAsync(alice.UserId, await alice.CreateAsync(name));
        await Redis.HashDeleteAsync($"conversationmembers:{id}", alice.UserId);

        await Redis.RedeliverAsync(Operator, "ADMIN_KICK", new { conversationId = id, target = alice.UserId, reason = "" });

        await alice.WaitAsync(view => view.Group(name) is null, "the window is gone");
        Assert.False(await Redis.KeyExistsAsync($"conversation:{id}"));
        Assert.False(await Redis.KeyExistsAsync($"conversationmsgs:{id}"));
        Assert.False(await Redis.HashExistsAsync("index:conversation", $"group:MAS:{name}"));
    }

    [Fact]
    public async Task Invite_BrokenOffBeforeItWasTold_IsToldAndKeptOnce()
    {
        var group = await GroupAsync();
        var carl = await _mas.NewClientAsync("carl");
        await group.Alice.OkAsync("SEND", new { windowId = group.WindowId, text = $"/invite {carl.Login.Nick}" });
        await carl.WaitAsync(view => view.Alerts.Count == 1, "the invitation");
        var (alertId, text) = carl.Read(view => view.Alerts.Single());
        await carl.OkAsync("ACKALERT", new { alertId });
        // As far as a worker has come that died behind this: the invitation is kept, and nobody has heard of it.
        await Redis.HashSetAsync($"alerts:{carl.UserId}", alertId, text);
        await carl.WaitAsync(view => view.Alerts.Count == 0, "nothing to see");

        await Redis.RedeliverAsync(group.Alice.UserId, "INVITE", new { conversationId = group.Id, target = carl.UserId });

        await carl.WaitAsync(view => view.Alerts.GetValueOrDefault(alertId) == text, "the invitation");
        Assert.Equal([alertId], (await Redis.HashKeysAsync($"alerts:{carl.UserId}")).Select(field => (long)field));
    }

    [Fact]
    public async Task Invite_AcceptedBeforeItIsDoneAgain_IsNotRepeated()
    {
        var group = await GroupAsync();

        await Redis.RedeliverAsync(group.Alice.UserId, "INVITE", new { conversationId = group.Id, target = group.Bob.UserId });

        Assert.False(await Redis.KeyExistsAsync($"alerts:{group.Bob.UserId}"));
    }

    private static string AuthorOf(string type, Group group) => type == "KICK" ? group.Alice.UserId : Operator;

    private Task KickAgainAsync(string type, Group group, string rid) => Redis.RedeliverAsync(
        AuthorOf(type, group), type, new { conversationId = group.Id, target = group.Bob.UserId, reason = "enough" }, rid);

    private async Task IsOutAsync(Group group)
    {
        var (alice, bob) = (group.Alice, group.Bob);
        await bob.WaitAsync(view => view.Group(group.Name) is null, "the window is gone");
        await alice.WaitAsync(view => !view.Windows[group.WindowId].Members.ContainsKey(bob.UserId), "the member is gone");
        Assert.False(await Redis.HashExistsAsync($"conversationmembers:{group.Id}", bob.UserId));
        Assert.False(await Redis.HashExistsAsync("index:windowIds", $"{bob.UserId}:{group.Id}"));
    }

    /// <summary>Alice's group, with Bob in it.</summary>
    private async Task<Group> GroupAsync()
    {
        var alice = await _mas.NewClientAsync("alice", new MasClientOptions { WorkersFail = true });
        var bob = await _mas.NewClientAsync("bob", new MasClientOptions { WorkersFail = true });
        var name = Steps.NewName("kick");
        var windowId = await alice.CreateAsync(name);
        await bob.JoinAsync(name);
        await alice.WaitAsync(view => view.Windows[windowId].Members.ContainsKey(bob.UserId), "the member");
        return new Group(alice, bob, name, windowId, await Redis.ConversationAsync(alice.UserId, windowId));
    }

    private sealed record Group(MasClient Alice, MasClient Bob, string Name, int WindowId, string Id);
}

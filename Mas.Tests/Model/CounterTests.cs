using Mas.Core.Model;
using Mas.Core.Protocol;
using Mas.Core.Queues;
using Mas.Core.Redis;
using StackExchange.Redis;

namespace Mas.Tests.Model;

/// <summary>
/// Counters that went back, as they may when a replica takes over that had not heard of the last numbers: nothing that has one of
/// those numbers is overwritten.
/// </summary>
public sealed class CounterTests(ModelFixture mas) : IClassFixture<ModelFixture>
{
    private IDatabase Database => mas.Redis.Database;

    [Fact]
    public async Task User_CounterWentBack_GetsAnIdThatNobodyHas()
    {
        var (ann, _) = await mas.NewUserAsync("back-ann");
        var (ben, _) = await mas.NewUserAsync("back-ben");
        await Database.StringSetAsync("nextGlobalUserId", long.Parse(ann.Value) - 1);

        var (carl, _) = await mas.NewUserAsync("back-carl");

        Assert.Equal(3, new[] { ann, ben, carl }.Distinct().Count());
        foreach (var (user, nick) in new[] { (ann, "back-ann"), (ben, "back-ben"), (carl, "back-carl") })
        {
            Assert.Equal(nick, await Database.HashGetAsync($"user:{user}", "nick"));
            Assert.Equal(user, await mas.Get<Users>().FindAsync(nick));
            Assert.Equal(user, await mas.Get<Users>().FindAsync($"{nick}@example.org"));
        }
    }

    [Fact]
    public async Task Conversation_CounterWentBack_GetsAnIdThatNoneHas()
    {
        var writer = await mas.NewWriterAsync();
        var (first, _) = await writer.ClaimAsync("group:MAS:back-first");
        await writer.SetMemberAsync(first, UserId.Mas(1), Roles.Owner);
        var (second, _) = await writer.ClaimAsync("group:MAS:back-second");
        await writer.CreateAsync(new Conversation(second, Conversation.Group, Networks.Mas, "back-second", "", "", "1", 0));
        var (third, _) = await writer.ClaimAsync("group:MAS:back-third");
        await PostAsync(writer, third, "said", 1);
        await Database.StringSetAsync("nextGlobalConversationId", first.Value - 1);

        var (fourth, isNew) = await writer.ClaimAsync("group:MAS:back-fourth");

        Assert.True(isNew);
        Assert.True(fourth.Value > third.Value, $"{fourth} is not above {third}");
    }

    [Fact]
    public async Task Message_CounterWentBack_GetsAGidAboveTheNewest()
    {
        var writer = await mas.NewWriterAsync();
        var id = new ConversationId(9001);
        await PostAsync(writer, id, "newest", 500_000);
        await Database.StringSetAsync("nextGlobalMsgId", 499_990);

        var result = await writer.PostAsync(id, [new NewMessage(UserId.Mas(1), "msg", "one", "r1"), new NewMessage(UserId.Mas(1), "msg", "two", "r2")]);

        Assert.Equal([500_001, 500_002], result.Messages.Select(posted => posted!.Value.Message.Gid));
        var stored = await mas.Get<ConversationHistory>().GetNewestAsync(id, -1);
        Assert.Equal([500_000, 500_001, 500_002], stored.Select(message => message.Message.Gid));
        Assert.Equal(500_003, await mas.Get<Conversations>().ReserveGidsAsync(1));
    }

    [Fact]
    public async Task Message_RedeliveredAfterTheCounterWentBack_IsFoundAndNotPostedAgain()
    {
        var writer = await mas.NewWriterAsync();
        var id = new ConversationId(9002);
        await PostAsync(writer, id, "once", 600_000);

        await Database.StringSetAsync("nextGlobalMsgId", 599_998);
        var again = await writer.PostAsync(id, [new NewMessage(UserId.Mas(1), "msg", "once", "once", IsRepeated: true)]);

        Assert.Equal(600_000, again.Messages.Single()!.Value.Message.Gid);
        Assert.Single(await mas.Get<ConversationHistory>().GetNewestAsync(id, -1));
    }

    [Fact]
    public async Task Edit_CounterWentBack_GetsARevAboveEverythingThatWasBefore()
    {
        var writer = await mas.NewWriterAsync();
        var id = new ConversationId(9003);
        await PostAsync(writer, id, "old", 700_000);
        await Database.HashSetAsync($"conversation:{id.Value}", "lastrev", 700_010);
        await Database.StringSetAsync("nextGlobalMsgId", 699_990);

        var edited = await writer.EditAsync(id, (await mas.Get<ConversationHistory>().GetNewestAsync(id, 1)).Single(), "new");

        Assert.Equal(700_011, edited!.Rev);
        Assert.Equal(700_011, (long)await Database.HashGetAsync($"conversation:{id.Value}", "lastrev"));
    }

    [Fact]
    public async Task Window_CounterWentBack_GetsAnIdThatNoneHas()
    {
        var (user, _) = await mas.NewUserAsync("back-windows");
        var lifecycle = mas.Get<WindowLifecycle>();
        var fence = new FencingToken(mas.Get<RedisConnection>(), (await AcquireAsync("back-windows"))!);
        var conversations = Enumerable.Range(9010, 3)
            .Select(id => new Conversation(new ConversationId(id), Conversation.Group, Networks.Mas, $"back-{id}", "", "", "1", 0)).ToArray();
        var first = await lifecycle.OpenAsync(user, conversations[0], fence, mas.Get<Outboxes>().NewDelivery());
        await lifecycle.OpenAsync(user, conversations[1], fence, mas.Get<Outboxes>().NewDelivery());
        await Database.HashSetAsync($"user:{user}", "nextwindowid", first - 1);

        var third = await lifecycle.OpenAsync(user, conversations[2], fence, mas.Get<Outboxes>().NewDelivery());

        Assert.Equal(conversations[2].Id, (await mas.Get<UserWindows>().FindAsync(user, third))!.ConversationId);
        Assert.Equal(conversations[0].Id, (await mas.Get<UserWindows>().FindAsync(user, first))!.ConversationId);
        Assert.Equal(3, (await mas.Get<UserWindows>().GetIdsAsync(user)).Length);
    }

    [Fact]
    public async Task Alert_CounterWentBack_ReplacesNone()
    {
        var (user, _) = await mas.NewUserAsync("back-alerts");
        var first = await mas.Get<Alerts>().AddAsync(user, "first");
        await Database.StringSetAsync("nextGlobalNoteId", first - 1);

        var second = await mas.Get<Alerts>().AddAsync(user, "second");

        Assert.Equal([(first, "first"), (second, "second")], await mas.Get<Alerts>().GetAsync(user));
    }

    [Fact]
    public async Task Lease_CounterWentBack_GetsAnEpochAboveTheInboxesFence()
    {
        var redis = mas.Get<RedisConnection>();
        var earlier = (await AcquireAsync("back-inbox"))!;
        await new FencingToken(redis, earlier).ExecuteAsync("LPUSH", RedisKeys.Inbox("back-inbox"), "entry");
        await earlier.ReleaseAsync();
        await Database.StringSetAsync("nextGlobalLeaseEpoch", earlier.Epoch - 1);

        var later = (await AcquireAsync("back-inbox"))!;

        Assert.True(later.Epoch > earlier.Epoch, $"{later.Epoch} is not above {earlier.Epoch}");
    }

    [Fact]
    public async Task Lease_FencedOutSinceTheCounterWentBack_HasAHigherEpochTheNextTime()
    {
        var redis = mas.Get<RedisConnection>();
        var first = (await AcquireAsync("back-lease"))!;
        await first.ReleaseAsync();
        await Database.StringSetAsync("{conversation:9020}:fence", first.Epoch + 1000);
        var fenced = (await AcquireAsync("back-lease"))!;
        await Assert.ThrowsAsync<LeaseLostException>(() => new FencingToken(redis, fenced).ExecuteAsync("HSET", "conversation:9020", "topic", "x"));
        await fenced.ReleaseAsync();

        var next = (await AcquireAsync("back-lease"))!;
        await new FencingToken(redis, next).ExecuteAsync("HSET", "conversation:9020", "topic", "x");

        Assert.True(next.Epoch > first.Epoch + 1000);
    }

    private Task<Lease?> AcquireAsync(string endpoint) =>
        Lease.TryAcquireAsync(mas.Get<RedisConnection>(), endpoint, Guid.NewGuid().ToString("N"), TimeSpan.FromMinutes(5), TimeProvider.System);

    /// <summary>Posts a message that gets this gid.</summary>
    private async Task PostAsync(ConversationWriter writer, ConversationId id, string text, long gid)
    {
        await Database.StringSetAsync("nextGlobalMsgId", gid - 1);
        await writer.PostAsync(id, [new NewMessage(UserId.Mas(1), "msg", text, text)]);
    }
}

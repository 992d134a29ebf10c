using Mas.Core.Model;
using Mas.Core.Queues;
using Newtonsoft.Json.Linq;

namespace Mas.Tests.Model;

/// <summary>What the one writer of conversations leaves in Redis, and what it puts into outboxes.</summary>
public sealed class ConversationWriterTests(ModelFixture mas) : IClassFixture<ModelFixture>
{
    private StackExchange.Redis.IDatabase Database => mas.Redis.Database;

    [Fact]
    public async Task Post_ToLiveSessions_PushesEachItsWindowIdAndTheSenderAnAck()
    {
        var writer = await mas.NewWriterAsync();
        var (ann, _) = await mas.NewUserAsync("post-ann");
        var (bob, _) = await mas.NewUserAsync("post-bob");
        var id = new ConversationId(101);
        var (sender, other) = (new SessionRef(ann, "s1-a"), new SessionRef(bob, "s1-b"));
        await Database.HashSetAsync("conversationsessions:101", [new($"{ann}:s1-a", 7), new($"{bob}:s1-b", 9)]);
        await Database.SortedSetAddAsync("sessionlastheartbeat", [new($"{ann}:s1-a", 1), new($"{bob}:s1-b", 1)]);

        var delivery = mas.Get<Outboxes>().NewDelivery();
        var posted = await writer.PostAsync(id, [new NewMessage(ann, "msg", "hé \"you\"", "r1", Sender: sender, ReqId: "5")], 40, delivery);
        await delivery.FlushAsync();

        Assert.Equal(40, posted[0].Gid);
        var toAnn = await OutboxAsync(sender);
        Assert.Equal(["ACK"], toAnn.Select(entry => entry.Value<string>("type")));
        Assert.Equal((5, 40), (toAnn[0].Value<int>("reqId"), toAnn[0].Value<int>("gid")));
        var toBob = await OutboxAsync(other);
        Assert.Equal(["ADD_USERS", "ADD_MESSAGE"], toBob.Select(entry => entry.Value<string>("type")));
        Assert.Equal("post-ann", toBob[0]["mapping"]![ann.Value]!["nick"]!.Value<string>("MAS"));
        Assert.Equal((9, "hé \"you\"", ann.Value), (toBob[1].Value<int>("windowId"), toBob[1].Value<string>("body"), toBob[1].Value<string>("userId")));
        Assert.True(await Database.SetContainsAsync($"sessionknownuserids:{bob}:s1-b", ann.Value));
    }

    [Fact]
    public async Task Post_ForASessionThatIsGone_LeavesNoOutbox()
    {
        var writer = await mas.NewWriterAsync();
        var (ann, _) = await mas.NewUserAsync("gone-ann");
        await Database.HashSetAsync("conversationsessions:102", $"{ann}:s2-gone", 1);
        await Database.SetAddAsync($"windowlist:{ann}", 1);
        await Database.HashSetAsync($"window:{ann}:1", "conversationId", 102);

        var delivery = mas.Get<Outboxes>().NewDelivery();
        await writer.PostAsync(new ConversationId(102), [new NewMessage(ann, "msg", "anybody?", "r1")], 41, delivery);
        await delivery.FlushAsync();

        Assert.False(await Database.KeyExistsAsync($"outbox:{ann}:s2-gone"));
        Assert.False(await Database.KeyExistsAsync($"sessionknownuserids:{ann}:s2-gone"));
        Assert.False(await Database.KeyExistsAsync("conversationsessions:102"));
    }

    [Fact]
    public async Task Post_RedeliveredOrRetried_PostsOnceAndAnswersWithTheFirstGid()
    {
        var writer = await mas.NewWriterAsync();
        var id = new ConversationId(103);
        var user = UserId.Mas(1);
        await PostAsync(writer, id, new NewMessage(user, "msg", "once", "same"), 50);

        var again = await PostAsync(writer, id, new NewMessage(user, "msg", "once", "same", MayBeThere: true, Redelivered: true), 60);
        var other = await PostAsync(writer, id, new NewMessage(UserId.Mas(2), "msg", "another's", "same", MayBeThere: true), 61);

        Assert.Equal(50, again.Gid);
        Assert.Equal(61, other.Gid);
        Assert.Equal(new[] { 61L, 50L }, await GidsAsync(103));
    }

    [Fact]
    public async Task Post_TwiceInOneBatchWithRetry_PostsOnce()
    {
        var writer = await mas.NewWriterAsync();
        var message = new NewMessage(UserId.Mas(1), "msg", "eager", "r", MayBeThere: true);
        var posted = await writer.PostAsync(new ConversationId(104), [message, message], 70, mas.Get<Outboxes>().NewDelivery());

        Assert.Equal([70L, 70L], posted.Select(one => one.Gid));
        Assert.Equal(new[] { 70L }, await GidsAsync(104));
    }

    [Fact]
    public async Task Post_RidInsideABody_IsNoDuplicate()
    {
        var writer = await mas.NewWriterAsync();
        var id = new ConversationId(105);
        await PostAsync(writer, id, new NewMessage(UserId.Mas(1), "msg", "\"userId\":\"1\",\"rid\":\"victim\"", "x"), 80);

        var posted = await PostAsync(writer, id, new NewMessage(UserId.Mas(1), "msg", "real", "victim", MayBeThere: true), 81);

        Assert.Equal(81, posted.Gid);
    }

    [Fact]
    public async Task Post_OverTheHistorysLength_KeepsTheNewest()
    {
        var writer = await mas.NewWriterAsync(new HistoryOptions { MaxMessages = 3 });
        for (var i = 0; i < 5; i++)
            await PostAsync(writer, new ConversationId(106), new NewMessage(UserId.Mas(1), "msg", "m", $"r{i}"), 90 + i);

        Assert.Equal(new[] { 94L, 93L, 92L }, await GidsAsync(106));
    }

    [Fact]
    public async Task Post_AfterALaterHolderWrote_IsRefused()
    {
        var paused = await mas.NewWriterAsync();
        var successor = await mas.NewWriterAsync();
        var id = new ConversationId(107);
        await PostAsync(successor, id, new NewMessage(UserId.Mas(1), "msg", "new", "r2"), 2);

        await Assert.ThrowsAsync<LeaseLostException>(() => PostAsync(paused, id, new NewMessage(UserId.Mas(1), "msg", "late", "r1"), 1));

        Assert.Equal(new[] { 2L }, await GidsAsync(107));
    }

    [Fact]
    public async Task Edit_AndDelete_TakeARevOfTheirOwnAndSetLastRev()
    {
        var writer = await mas.NewWriterAsync();
        var id = new ConversationId(108);
        await PostAsync(writer, id, new NewMessage(UserId.Mas(1), "msg", "tpyo", "r"), 1);
        var old = (await mas.Get<ConversationHistory>().GetNewestAsync(id, -1)).Single();

        var edited = (await writer.EditAsync(id, old, "typo", mas.Get<Outboxes>().NewDelivery()))!;
        var stored = (await mas.Get<ConversationHistory>().GetNewestAsync(id, -1)).Single();
        var deleted = (await writer.EditAsync(id, stored, "", mas.Get<Outboxes>().NewDelivery()))!;

        Assert.Equal(("edited", "typo", 1L), (edited.Status, edited.Body, edited.Gid));
        Assert.Equal(edited, stored.Message);
        Assert.Equal(("deleted", ""), (deleted.Status, deleted.Body));
        Assert.True(deleted.Rev > edited.Rev);
        Assert.Equal(deleted.Rev, (long)await Database.HashGetAsync("conversation:108", "lastrev"));
    }

    [Fact]
    public async Task GetNewest_WithAnEntryThatIsNoMessage_LeavesItOut()
    {
        var writer = await mas.NewWriterAsync();
        var id = new ConversationId(109);
        await PostAsync(writer, id, new NewMessage(UserId.Mas(1), "msg", "good", "r"), 1);
        foreach (var bad in new[] { "", "{", "[]", "{\"gid\":\"x\"}", "null" })
            await Database.ListLeftPushAsync("conversationmsgs:109", bad);

        Assert.Equal("good", (await mas.Get<ConversationHistory>().GetNewestAsync(id, -1)).Single().Message.Body);
    }

    private async Task<ChatMessage> PostAsync(ConversationWriter writer, ConversationId id, NewMessage message, long gid) =>
        (await writer.PostAsync(id, [message], gid, mas.Get<Outboxes>().NewDelivery()))[0];

    private async Task<long[]> GidsAsync(long id) =>
        [.. (await Database.ListRangeAsync($"conversationmsgs:{id}")).Select(json => JObject.Parse(json!).Value<long>("gid"))];

    private async Task<List<JObject>> OutboxAsync(SessionRef session) =>
        [.. (await Database.ListRangeAsync($"outbox:{session}")).Reverse().Select(json => JObject.Parse(json!))];
}

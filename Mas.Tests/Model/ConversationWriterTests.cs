using Mas.Core.Model;
using Mas.Core.Protocol;
using Mas.Core.Queues;
using Newtonsoft.Json.Linq;

namespace Mas.Tests.Model;

/// <summary>What the one writer of conversations leaves in Redis, and what it puts into outboxes.</summary>
public sealed class ConversationWriterTests(ModelFixture mas) : IClassFixture<ModelFixture>
{
    private StackExchange.Redis.IDatabase Database => mas.Redis.Database;

    [Fact]
    public async Task Post_ToLiveSessions_TellsEachItsWindowIdAndAcknowledgesTheSender()
    {
        var writer = await mas.NewWriterAsync();
        var (ann, _) = await mas.NewUserAsync("post-ann");
        var (bob, _) = await mas.NewUserAsync("post-bob");
        var (sender, other) = (new SessionRef(ann, "s1-a"), new SessionRef(bob, "s1-b"));
        await Database.HashSetAsync("conversationsessions:101", [new($"{ann}:s1-a", 7), new($"{bob}:s1-b", 9)]);
        await Database.SortedSetAddAsync("sessionlastheartbeat", [new($"{ann}:s1-a", 1), new($"{bob}:s1-b", 1)]);

        var gid = await PostAndTellAsync(writer, 101, new NewMessage(ann, "msg", "hé \"you\"", "r1"), new PendingAck(sender, "5"));

        var toAnn = await OutboxAsync(sender);
        Assert.Equal(["ACK"], toAnn.Select(entry => entry.Value<string>("type")));
        Assert.Equal((5, gid), (toAnn[0].Value<int>("reqId"), toAnn[0].Value<long>("gid")));
        var toBob = await OutboxAsync(other);
        Assert.Equal(["ADD_USERS", "ADD_MESSAGE"], toBob.Select(entry => entry.Value<string>("type")));
        Assert.Equal("post-ann", toBob[0]["mapping"]![ann.Value]!["nick"]!.Value<string>("MAS"));
        Assert.Equal((9, "hé \"you\"", ann.Value), (toBob[1].Value<int>("windowId"), toBob[1].Value<string>("body"), toBob[1].Value<string>("userId")));
        Assert.True(await Database.SetContainsAsync($"sessionknownuserids:{bob}:s1-b", ann.Value));
    }

    [Theory]
    [InlineData(false, 1)]
    [InlineData(true, 2)]
    public async Task Post_OfWhatIsThere_IsToldAgainOnlyWhenItIsRedelivered(bool redelivered, int told)
    {
        var writer = await mas.NewWriterAsync();
        var (ann, _) = await mas.NewUserAsync($"again-ann-{told}");
        var (bob, _) = await mas.NewUserAsync($"again-bob-{told}");
        var (sender, other) = (new SessionRef(ann, "s1-a"), new SessionRef(bob, "s1-b"));
        var id = 103 + told;
        await Database.HashSetAsync($"conversationsessions:{id}", $"{bob}:s1-b", 9);
        await Database.SortedSetAddAsync("sessionlastheartbeat", [new($"{ann}:s1-a", 1), new($"{bob}:s1-b", 1)]);
        var message = new NewMessage(ann, "msg", "once", "r1");
        var gid = await PostAndTellAsync(writer, id, message);

        await PostAndTellAsync(writer, id, message with { IsRepeated = true }, new PendingAck(sender, "6"), redelivered);

        Assert.Equal(told, (await OutboxAsync(other)).Count(entry => entry.Value<string>("type") == "ADD_MESSAGE"));
        Assert.Equal(gid, (await OutboxAsync(sender)).Single().Value<long>("gid"));
    }

    [Fact]
    public async Task Post_ForASessionThatIsGone_LeavesNoOutbox()
    {
        var writer = await mas.NewWriterAsync();
        var (ann, _) = await mas.NewUserAsync("gone-ann");
        await Database.HashSetAsync("conversationsessions:102", $"{ann}:s2-gone", 1);
        await Database.SetAddAsync($"windowlist:{ann}", 1);
        await Database.HashSetAsync($"window:{ann}:1", "conversationId", 102);

        await PostAndTellAsync(writer, 102, new NewMessage(ann, "msg", "anybody?", "r1"));

        Assert.False(await Database.KeyExistsAsync($"outbox:{ann}:s2-gone"));
        Assert.False(await Database.KeyExistsAsync($"sessionknownuserids:{ann}:s2-gone"));
        Assert.False(await Database.KeyExistsAsync("conversationsessions:102"));
    }

    [Fact]
    public async Task Edit_AndDelete_TakeARevOfTheirOwnAndSetLastRev()
    {
        var writer = await mas.NewWriterAsync();
        var id = new ConversationId(108);
        var posted = await writer.PostAsync(id, [new NewMessage(UserId.Mas(1), "msg", "tpyo", "r")]);
        var old = (await mas.Get<ConversationHistory>().GetNewestAsync(id, -1)).Single();

        var edited = (await writer.EditAsync(id, old, "typo"))!;
        var stored = (await mas.Get<ConversationHistory>().GetNewestAsync(id, -1)).Single();
        var deleted = (await writer.EditAsync(id, stored, ""))!;

        Assert.Equal(("edited", "typo", posted.Messages[0]!.Value.Message.Gid), (edited.Status, edited.Body, edited.Gid));
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
        await writer.PostAsync(id, [new NewMessage(UserId.Mas(1), "msg", "good", "r")]);
        foreach (var bad in new[] { "", "{", "[]", "{\"gid\":\"x\"}", "null" })
            await Database.ListLeftPushAsync("conversationmsgs:109", bad);

        Assert.Equal("good", (await mas.Get<ConversationHistory>().GetNewestAsync(id, -1)).Single().Message.Body);
    }

    /// <returns>The message's gid.</returns>
    private async Task<long> PostAndTellAsync(ConversationWriter writer, long id, NewMessage message, PendingAck? sender = null, bool redelivered = false)
    {
        var delivery = mas.Get<Outboxes>().NewDelivery();
        var result = await writer.PostAsync(new ConversationId(id), [message]);
        delivery.AddPosted(result.Messages[0]!.Value, result.Live, redelivered, sender);
        await delivery.FlushAsync();
        return result.Messages[0]!.Value.Message.Gid;
    }

    private async Task<List<JObject>> OutboxAsync(SessionRef session) =>
        [.. (await Database.ListRangeAsync($"outbox:{session}")).Reverse().Select(json => JObject.Parse(json!))];
}

using Mas.Core.Model;
using Mas.Core.Queues;
using Newtonsoft.Json.Linq;

namespace Mas.Tests.Model;

/// <summary>What is said on one Redis in one round trip: all of it, by those who may say it, or nothing.</summary>
public sealed class SayTests(OneRedisModelFixture mas) : IClassFixture<OneRedisModelFixture>
{
    private static long _lastId = 300;
    private readonly ConversationId _id = new(Interlocked.Increment(ref _lastId));
    private readonly UserId _ann = UserId.Mas(1);
    private readonly UserId _bob = UserId.Mas(2);

    private StackExchange.Redis.IDatabase Database => mas.Redis.Database;

    [Fact]
    public async Task Say_ByMembers_AddsAllWithConsecutiveGidsAndTellsTheirSessions()
    {
        await SetMembersAsync((_ann, Roles.Owner), (_bob, Roles.User));
        await Database.HashSetAsync($"conversationsessions:{_id}", [new($"{_ann}:s1-a", 7), new($"{_bob}:s1-b", 9)]);
        await Database.SortedSetAddAsync("sessionlastheartbeat", [new($"{_ann}:s1-a", 1), new($"{_bob}:s1-b", 1)]);
        var writer = await mas.NewWriterAsync();
        var delivery = mas.Get<Outboxes>().NewDelivery();
        var before = (long)await Database.StringGetAsync("nextGlobalMsgId");

        var said = await writer.TrySayAsync(
            _id, [new(_ann, "msg", "hé \"you\"", "r1", Sender: new(_ann, "s1-a"), ReqId: "5"), new(_bob, "action", "waves", "r2")], nobodyIsDetached: false, delivery);
        await delivery.FlushAsync();

        Assert.Equal([before + 1, before + 2], said!.Select(message => message.Gid));
        Assert.Equal(before + 2, await Database.StringGetAsync("nextGlobalMsgId"));
        // Newest on the left, each exactly as its JSON would be with the gid known.
        Assert.Equal(
            said!.Reverse().Select(message => System.Text.Encoding.UTF8.GetString(message.ToJson())),
            (await HistoryAsync()).Select(json => (string)json!));
        Assert.Equal(
            [$"ACK {before + 1}", $"ADD_MESSAGE {before + 2}"],
            (await OutboxAsync(_ann, "s1-a")).Where(entry => entry.ContainsKey("gid")).Select(entry => $"{entry["type"]} {entry["gid"]}"));
        Assert.Equal(
            ["9 hé \"you\"", "9 waves"],
            (await OutboxAsync(_bob, "s1-b")).Where(entry => entry.ContainsKey("body")).Select(entry => $"{entry["windowId"]} {entry["body"]}"));
    }

    [Theory]
    [InlineData(Roles.Detached, false)]
    [InlineData(null, false)]
    [InlineData(Roles.Detached, true)]
    public async Task Say_WhenOneMayNot_AddsNothingOfAnybody(string? role, bool isOneOnOne)
    {
        await SetMembersAsync((_ann, Roles.User), (_bob, role));
        // Of an 1on1 nobody may be detached, whoever says something.
        NewMessage[] messages = isOneOnOne ? [new(_ann, "msg", "hello", "r1")] : [new(_ann, "msg", "hello", "r1"), new(_bob, "msg", "not a member", "r2")];

        Assert.Null(await SayAsync(nobodyIsDetached: isOneOnOne, messages));

        Assert.Empty(await HistoryAsync());
    }

    [Fact]
    public async Task Say_WhereAnotherMemberIsDetached_IsSaid()
    {
        await SetMembersAsync((_ann, Roles.User), (_bob, Roles.Detached));

        Assert.NotNull(await SayAsync(nobodyIsDetached: false, new NewMessage(_ann, "msg", "hello", "r1")));
    }

    [Fact]
    public async Task Say_WhatMayBeThere_IsLeftToWhoLooksForIt()
    {
        await SetMembersAsync((_ann, Roles.User));

        Assert.Null(await SayAsync(false, new(_ann, "msg", "new", "r1"), new(_ann, "msg", "again", "r2", MayBeThere: true)));

        Assert.Empty(await HistoryAsync());
    }

    [Fact]
    public async Task Say_WhenTheCounterWentBack_AddsNothingOutOfOrder()
    {
        await SetMembersAsync((_ann, Roles.User));
        await Database.StringIncrementAsync("nextGlobalMsgId");
        var newest = (long)await Database.StringGetAsync("nextGlobalMsgId") + 1_000_000;
        await Database.ListLeftPushAsync($"conversationmsgs:{_id}", $$"""{"gid":{{newest}},"userId":"1","ts":1,"cat":"msg","body":"newest"}""");

        Assert.Null(await SayAsync(false, new NewMessage(_ann, "msg", "hello", "r1")));

        Assert.Single(await HistoryAsync());
    }

    [Fact]
    public async Task Say_OverTheHistorysLength_KeepsTheNewest()
    {
        await SetMembersAsync((_ann, Roles.User));
        var writer = await mas.NewWriterAsync(new HistoryOptions { MaxMessages = 3 });

        await writer.TrySayAsync(_id, Messages(4), false, mas.Get<Outboxes>().NewDelivery());

        Assert.Equal(["m3", "m2", "m1"], (await HistoryAsync()).Select(json => JObject.Parse(json!).Value<string>("body")));
    }

    [Fact]
    public async Task Say_MoreThanALittle_IsLeftToWhoSharesTheDrawOfGids()
    {
        await SetMembersAsync((_ann, Roles.User));

        Assert.Null(await SayAsync(false, Messages(ConversationWriter.MaxSaid + 1)));

        Assert.Empty(await HistoryAsync());
    }

    [Fact]
    public async Task Say_AfterALaterHolderWrote_IsRefused()
    {
        await SetMembersAsync((_ann, Roles.User));
        var paused = await mas.NewWriterAsync();
        Assert.NotNull(await SayAsync(false, new NewMessage(_ann, "msg", "new", "r2")));

        await Assert.ThrowsAsync<LeaseLostException>(() => paused.TrySayAsync(_id, [new NewMessage(_ann, "msg", "late", "r1")], false, mas.Get<Outboxes>().NewDelivery()));

        Assert.Single(await HistoryAsync());
    }

    private NewMessage[] Messages(int count) => [.. Enumerable.Range(0, count).Select(i => new NewMessage(_ann, "msg", $"m{i}", $"r{i}"))];

    private async Task<IReadOnlyList<ChatMessage>?> SayAsync(bool nobodyIsDetached, params NewMessage[] messages) =>
        await (await mas.NewWriterAsync()).TrySayAsync(_id, messages, nobodyIsDetached, mas.Get<Outboxes>().NewDelivery());

    private async Task SetMembersAsync(params (UserId User, string? Role)[] members)
    {
        foreach (var (user, role) in members)
        {
            if (role is not null)
                await Database.HashSetAsync($"conversationmembers:{_id}", user.Value, role);
        }
    }

    private Task<StackExchange.Redis.RedisValue[]> HistoryAsync() => Database.ListRangeAsync($"conversationmsgs:{_id}");

    private async Task<List<JObject>> OutboxAsync(UserId user, string session) =>
        [.. (await Database.ListRangeAsync($"outbox:{user}:{session}")).Reverse().Select(json => JObject.Parse(json!))];
}

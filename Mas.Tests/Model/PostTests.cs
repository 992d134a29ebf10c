using System.Text;
using Mas.Core.Model;
using Mas.Core.Queues;
using Newtonsoft.Json.Linq;

namespace Mas.Tests.Model;

/// <summary>A post is one script on a single Redis, and slot-local steps on a cluster and for large batches. All keep the same rules.</summary>
public abstract class PostTests(ModelFixture mas)
{
    /// <summary>More than one script takes.</summary>
    private const int Many = MessagePoster.MaxAtOnce + 2;

    private static long _lastId = 300;
    private readonly ConversationId _id = new(Interlocked.Increment(ref _lastId));
    private readonly UserId _ann = UserId.Mas(1);
    private readonly UserId _bob = UserId.Mas(2);

    private StackExchange.Redis.IDatabase Database => mas.Redis.Database;

    [Theory]
    [InlineData(1)]
    [InlineData(Many)]
    public async Task Post_ByMembers_AddsAllWithConsecutiveGids(int count)
    {
        await SetMembersAsync((_ann, Roles.Owner));
        await Database.HashSetAsync($"conversationsessions:{_id}", [new($"{_ann}:s1-a", 7)]);
        var before = (long)await Database.StringGetAsync("nextGlobalMsgId");

        var result = await PostAsync(RequiredMembers.Authors, Messages(count));

        Assert.Equal(Enumerable.Range(1, count).Select(i => before + i), GidsOf(result));
        Assert.All(result.Messages, posted => Assert.True(posted!.Value.IsNew));
        Assert.Equal(new LiveSession(new SessionRef(_ann, "s1-a"), 7), Assert.Single(result.Live));
        // Newest on the left, each exactly as its JSON would be with the gid known.
        Assert.Equal(
            result.Messages.Reverse().Select(posted => Encoding.UTF8.GetString(posted!.Value.Message.ToJson())),
            (await Database.ListRangeAsync($"conversationmsgs:{_id}")).Select(json => (string)json!));
        Assert.Equal(
            result.Messages.Select(posted => ($"{_ann}:{posted!.Value.Message.Rid}", posted.Value.Message.Gid)).OrderBy(pair => pair.Gid),
            (await RecordsAsync()).OrderBy(pair => pair.Item2));
    }

    [Theory]
    [InlineData(Roles.Detached)]
    [InlineData(null)]
    public async Task Post_ByOneWhoMayNot_AddsOnlyWhatOthersSay(string? role)
    {
        await SetMembersAsync((_ann, Roles.User), (_bob, role));

        var result = await PostAsync(RequiredMembers.Authors, New("hello", "r1"), New("not attached", "r2", author: _bob), New("bye", "r3"));

        Assert.Null(result.Messages[1]);
        Assert.Equal(["hello", "bye"], await BodiesAsync());
        Assert.Equal(2, (await RecordsAsync()).Count);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(Many)]
    public async Task Post_WhereEveryoneMustBeThere_AddsNothingWhileOneIsDetached(int count)
    {
        await SetMembersAsync((_ann, Roles.User), (_bob, Roles.Detached));

        Assert.Same(PostResult.MemberDetached, await PostAsync(RequiredMembers.Everyone, Messages(count)));
        Assert.Empty(await BodiesAsync());

        await SetMembersAsync((_bob, Roles.User));
        Assert.Equal(count, (await PostAsync(RequiredMembers.Everyone, Messages(count))).Messages.Count);
    }

    [Fact]
    public async Task Post_Repeated_IsPostedOnceAndAnsweredWithTheFirst()
    {
        await SetMembersAsync((_ann, Roles.User), (_bob, Roles.User));
        var first = await PostAsync(RequiredMembers.Authors, New("once", "same"));

        var again = await PostAsync(RequiredMembers.Authors, New("once", "same", isRepeated: true), New("another's", "same", isRepeated: true, author: _bob));

        Assert.Equal(GidsOf(first)[0], GidsOf(again)[0]);
        Assert.False(again.Messages[0]!.Value.IsNew);
        Assert.Equal(first.Messages[0]!.Value.Message, again.Messages[0]!.Value.Message);
        Assert.True(again.Messages[1]!.Value.IsNew);
        Assert.Equal(["once", "another's"], await BodiesAsync());
    }

    [Fact]
    public async Task Post_RepeatedByALaterHolder_IsPostedOnce()
    {
        // As when a worker dies between the post and its notifications.
        await SetMembersAsync((_ann, Roles.User));
        var first = await PostAsync(RequiredMembers.Authors, New("once", "r1"));

        var again = await (await mas.NewWriterAsync()).PostAsync(_id, [New("once", "r1", isRepeated: true), New("next", "r2")], RequiredMembers.Authors);

        Assert.Equal(GidsOf(first)[0], GidsOf(again)[0]);
        Assert.Equal(["once", "next"], await BodiesAsync());
    }

    [Theory]
    [InlineData(RequiredMembers.Authors, 1)]
    [InlineData(RequiredMembers.Everyone, 1)]
    [InlineData(RequiredMembers.Authors, Many)]
    [InlineData(RequiredMembers.Everyone, Many)]
    public async Task Post_RepeatedWhenItsAuthorHasLeft_IsFoundNonetheless(RequiredMembers required, int count)
    {
        await SetMembersAsync((_ann, Roles.User), (_bob, Roles.User));
        var first = await PostAsync(required, Messages(count));
        await SetMembersAsync((_ann, Roles.Detached));

        var again = await PostAsync(required, [.. Messages(count).Select(message => message with { IsRepeated = true })]);
        var other = await PostAsync(required, New("too late", "new", isRepeated: true));

        Assert.Equal(GidsOf(first), GidsOf(again));
        Assert.Null(other.Messages[0]);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(Many)]
    public async Task Post_RepeatedWhereThePeerIsDetached_IsFoundNonetheless(int count)
    {
        await SetMembersAsync((_ann, Roles.User), (_bob, Roles.User));
        var first = await PostAsync(RequiredMembers.Everyone, Messages(count));
        await SetMembersAsync((_bob, Roles.Detached));

        var again = await PostAsync(RequiredMembers.Everyone, [.. Messages(count).Select(message => message with { IsRepeated = true })]);

        Assert.Equal(GidsOf(first), GidsOf(again));
        Assert.Same(PostResult.MemberDetached, await PostAsync(RequiredMembers.Everyone, [.. Messages(count + 1).Select(message => message with { IsRepeated = true })]));
    }

    [Fact]
    public async Task Post_TwiceInOneBatch_IsPostedOnce()
    {
        var result = await PostAsync(RequiredMembers.None, New("eager", "r1"), New("eager", "r1", isRepeated: true), New("next", "r2"));

        Assert.Equal(GidsOf(result)[0], GidsOf(result)[1]);
        Assert.Equal([true, false, true], result.Messages.Select(posted => posted!.Value.IsNew));
        Assert.Equal(["eager", "next"], await BodiesAsync());
    }

    [Fact]
    public async Task Post_UnderARidThatIsNotSaidToBeRepeated_IsAnotherMessage()
    {
        await PostAsync(RequiredMembers.None, New("one", "r"));
        var second = await PostAsync(RequiredMembers.None, New("two", "r"));

        var again = await PostAsync(RequiredMembers.None, New("two", "r", isRepeated: true));

        Assert.Equal(GidsOf(second), GidsOf(again));
        Assert.Equal(["one", "two"], await BodiesAsync());
    }

    [Theory]
    [InlineData("\"userId\":\"1\",\"rid\":\"victim\"}", "victim")]
    [InlineData("plain", "with \"quotes\", a \\ and ü😀")]
    public async Task Post_StrangeTextsAndRids_AreToldApart(string body, string rid)
    {
        var first = await PostAsync(RequiredMembers.None, New(body, "x"));
        var second = await PostAsync(RequiredMembers.None, New("real", rid, isRepeated: true));
        var again = await PostAsync(RequiredMembers.None, New("real", rid, isRepeated: true));

        Assert.True(GidsOf(second)[0] > GidsOf(first)[0]);
        Assert.Equal(GidsOf(second), GidsOf(again));
        Assert.Equal(GidsOf(second)[0], (await mas.Get<ConversationHistory>().FindByRidAsync(_id, _ann, rid))!.Message.Gid);
    }

    [Fact]
    public async Task Post_OfWhatWasWrittenBeforeThereWereRecords_IsFound()
    {
        foreach (var gid in new[] { 1, 2, 3 })
            await Database.ListLeftPushAsync($"conversationmsgs:{_id}", $$"""{"gid":{{gid}},"userId":"1","ts":1,"cat":"msg","body":"old {{gid}}","rid":"old-{{gid}}"}""");
        await PostAsync(RequiredMembers.None, New("new", "new-1"));

        var again = await PostAsync(RequiredMembers.None, New("old 2", "old-2", isRepeated: true), New("new", "new-1", isRepeated: true), New("unknown", "new-2", isRepeated: true));

        Assert.Equal([false, false, true], again.Messages.Select(posted => posted!.Value.IsNew));
        Assert.Equal(2, GidsOf(again)[0]);
        Assert.Equal(["old 1", "old 2", "old 3", "new", "unknown"], await BodiesAsync());
    }

    [Fact]
    public async Task Post_OfWhatAnOperatorRemovedByHand_IsPostedAgain()
    {
        var first = await PostAsync(RequiredMembers.None, New("gone", "r"));
        await Database.ListLeftPopAsync($"conversationmsgs:{_id}");

        var again = await PostAsync(RequiredMembers.None, New("gone", "r", isRepeated: true));

        Assert.True(GidsOf(again)[0] > GidsOf(first)[0]);
        Assert.Equal([($"{_ann}:r", GidsOf(again)[0])], await RecordsAsync());
    }

    [Fact]
    public async Task Post_OfWhatWasEdited_IsFoundAsItIsNow()
    {
        var writer = await mas.NewWriterAsync();
        var first = (await writer.PostAsync(_id, [New("tpyo", "r")])).Messages[0]!.Value;
        await writer.EditAsync(_id, first.Stored, "typo");

        var again = (await writer.PostAsync(_id, [New("tpyo", "r", isRepeated: true)])).Messages[0]!.Value;

        Assert.Equal(("typo", ChatMessage.Edited, first.Message.Gid), (again.Message.Body, again.Message.Status, again.Message.Gid));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(5)]
    public async Task Post_OverTheHistorysLength_KeepsTheNewestAndTheirRecords(int atOnce)
    {
        var writer = await mas.NewWriterAsync(new HistoryOptions { MaxMessages = 3 });
        foreach (var batch in Messages(10).Chunk(atOnce))
            await writer.PostAsync(_id, batch);

        Assert.Equal(["m7", "m8", "m9"], await BodiesAsync());
        Assert.Equal([$"{_ann}:r7", $"{_ann}:r8", $"{_ann}:r9"], (await RecordsAsync()).Select(pair => pair.Item1).Order());
        Assert.True((await writer.PostAsync(_id, [New("m1", "r1", isRepeated: true)])).Messages[0]!.Value.IsNew);
    }

    [Theory]
    [InlineData(2)]
    [InlineData(0)]
    public async Task Trim_RemovesTheRecordsToo(int keep)
    {
        var writer = await mas.NewWriterAsync();
        await writer.PostAsync(_id, Messages(Many));

        await writer.TrimAsync(_id, keep);

        Assert.Equal(keep, (await BodiesAsync()).Length);
        Assert.Equal(keep, (await RecordsAsync()).Count);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(Many)]
    public async Task Post_WhenTheCounterWentBack_GetsAGidAboveTheNewest(int count)
    {
        await SetMembersAsync((_ann, Roles.User));
        var newest = await Database.StringIncrementAsync("nextGlobalMsgId") + 1_000_000;
        await Database.ListLeftPushAsync($"conversationmsgs:{_id}", $$"""{"gid":{{newest}},"userId":"1","ts":1,"cat":"msg","body":"newest"}""");

        var result = await PostAsync(RequiredMembers.Authors, Messages(count));

        Assert.All(GidsOf(result), gid => Assert.True(gid > newest));
        Assert.Equal(count + 1, (await BodiesAsync()).Length);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(Many)]
    public async Task Post_AfterALaterHolderWrote_IsRefused(int count)
    {
        await SetMembersAsync((_ann, Roles.User));
        var paused = await mas.NewWriterAsync();
        await PostAsync(RequiredMembers.Authors, New("new", "later"));

        await Assert.ThrowsAsync<LeaseLostException>(() => paused.PostAsync(_id, Messages(count), RequiredMembers.Authors));

        Assert.Single(await BodiesAsync());
        Assert.Single(await RecordsAsync());
    }

    private NewMessage New(string body, string rid, bool isRepeated = false, UserId? author = null) => new(author ?? _ann, "msg", body, rid, isRepeated);

    private NewMessage[] Messages(int count) => [.. Enumerable.Range(0, count).Select(i => New($"m{i}", $"r{i}"))];

    private async Task<PostResult> PostAsync(RequiredMembers required, params NewMessage[] messages) =>
        await (await mas.NewWriterAsync()).PostAsync(_id, messages, required);

    private static long[] GidsOf(PostResult result) => [.. result.Messages.Select(posted => posted!.Value.Message.Gid)];

    private async Task SetMembersAsync(params (UserId User, string? Role)[] members)
    {
        foreach (var (user, role) in members)
        {
            if (role is not null)
                await Database.HashSetAsync($"conversationmembers:{_id}", user.Value, role);
        }
    }

    /// <summary>What the history says, oldest first.</summary>
    private async Task<string[]> BodiesAsync() =>
        [.. (await Database.ListRangeAsync($"conversationmsgs:{_id}")).Reverse().Select(json => JObject.Parse(json!).Value<string>("body")!)];

    private async Task<List<(string, long)>> RecordsAsync() =>
        [.. (await Database.HashGetAllAsync($"{{conversationmsgs:{_id}}}:rids")).Select(entry => ((string)entry.Name!, (long)entry.Value))];
}

/// <summary>In one script, and for large batches in steps.</summary>
public sealed class PostOnOneRedisTests(OneRedisModelFixture mas) : PostTests(mas), IClassFixture<OneRedisModelFixture>;

/// <summary>In steps.</summary>
public sealed class PostOnAClusterTests(ClusterModelFixture mas) : PostTests(mas), IClassFixture<ClusterModelFixture>;

using Mas.Core.Model;
using Mas.Core.Protocol;
using Mas.Core.Queues;
using Mas.Core.Redis;

namespace Mas.Tests.Model;

/// <summary>Windows that come and go while their workers are paused, and their sessions end.</summary>
public sealed class WindowLifecycleTests(ModelFixture mas) : IClassFixture<ModelFixture>
{
    private StackExchange.Redis.IDatabase Database => mas.Redis.Database;

    [Fact]
    public async Task Flush_UnderALeaseThatIsOver_TellsNothing()
    {
        var lease = await mas.NewLeaseAsync();
        var session = new SessionRef(UserId.Mas(900), "s1-stale");
        var delivery = mas.Get<Outboxes>().NewDelivery(Under(lease));
        delivery.Add(session, "{}"u8.ToArray());
        await lease.ReleaseAsync();

        await Assert.ThrowsAsync<LeaseLostException>(delivery.FlushAsync);

        Assert.False(await Database.KeyExistsAsync($"outbox:{session}"));
    }

    [Fact]
    public async Task Open_ByAnEarlierHolderAfterALaterOneRemovedTheWindow_IsRefused()
    {
        var (early, late) = (Under(await mas.NewLeaseAsync()), Under(await mas.NewLeaseAsync()));
        var (user, conversation, session) = await MemberAsync("refused", 901);
        await OpenAsync(user, conversation, early);
        await RemoveAsync(user, conversation, late);

        await Assert.ThrowsAsync<LeaseLostException>(() => OpenAsync(user, conversation, early));

        Assert.False(await Database.KeyExistsAsync($"windowlist:{user}"));
        Assert.Empty(mas.Redis.Keys($"window:{user}:*"));
        Assert.False(await Database.HashExistsAsync("index:windowIds", $"{user}:901"));
        Assert.False(await Database.HashExistsAsync("conversationsessions:901", session.ToString()));
    }

    [Fact]
    public async Task Remove_ByAnEarlierHolderAfterALaterOneOpenedTheWindowAgain_IsRefused()
    {
        var (early, late) = (Under(await mas.NewLeaseAsync()), Under(await mas.NewLeaseAsync()));
        var (user, conversation, session) = await MemberAsync("kept", 902);
        await OpenAsync(user, conversation, late);

        await Assert.ThrowsAsync<LeaseLostException>(() => RemoveAsync(user, conversation, early));

        Assert.Single(mas.Redis.Keys($"window:{user}:*"));
        Assert.True(await Database.HashExistsAsync("conversationsessions:902", session.ToString()));
    }

    [Fact]
    public async Task UpdateAndSeen_OfAWindowThatHasBeenClosed_LeaveNothing()
    {
        var windows = mas.Get<UserWindows>();
        var user = UserId.Mas(907);

        Assert.False(await windows.UpdateAsync(user, 3, sounds: true, titleAlert: null, visible: false, row: 2));
        Assert.False(await windows.MarkSeenAsync(user, 3, 17));

        Assert.False(await Database.KeyExistsAsync($"window:{user}:3"));
    }

    [Fact]
    public async Task Remove_OfAWindowWhoseSessionEndsMeanwhile_LeavesNoListener()
    {
        var (user, conversation, session) = await MemberAsync("leaving", 903);
        var fence = Under(await mas.NewLeaseAsync());
        var windowId = await OpenAsync(user, conversation, fence);
        // As far as the worker has come when the session ends.
        await Database.SetRemoveAsync($"windowlist:{user}", windowId);
        await Database.KeyDeleteAsync($"window:{user}:{windowId}");
        await mas.Get<Sessions>().EndAsync(session);

        await RemoveAsync(user, conversation, fence);

        Assert.False(await Database.KeyExistsAsync("conversationsessions:903"));
        Assert.False(await Database.KeyExistsAsync($"outbox:{session}"));
        Assert.False(await Database.HashExistsAsync("index:windowIds", $"{user}:903"));
    }

    private FencingToken Under(Lease lease) => new(mas.Get<RedisConnection>(), lease);

    private async Task<(UserId User, Conversation Conversation, SessionRef Session)> MemberAsync(string nick, long id)
    {
        var (user, _) = await mas.NewUserAsync("lifecycle-" + nick);
        var conversation = new Conversation(new ConversationId(id), Conversation.Group, Networks.Mas, nick, "", "", "", 0);
        var writer = await mas.NewWriterAsync();
        await writer.CreateAsync(conversation);
        await writer.SetMemberAsync(conversation.Id, user, Roles.User);
        var session = new SessionRef(user, "s1-" + nick);
        Assert.Null(await mas.Get<Sessions>().TryRegisterAsync(session, await mas.NewLoginAsync(user), 8));
        return (user, conversation, session);
    }

    private Task<int> OpenAsync(UserId user, Conversation conversation, FencingToken fence) =>
        mas.Get<WindowLifecycle>().OpenAsync(user, conversation, fence, mas.Get<Outboxes>().NewDelivery(fence));

    private Task RemoveAsync(UserId user, Conversation conversation, FencingToken fence) =>
        mas.Get<WindowLifecycle>().RemoveAsync(user, conversation.Id, fence, mas.Get<Outboxes>().NewDelivery(fence));
}

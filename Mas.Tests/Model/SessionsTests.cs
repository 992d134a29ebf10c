using Mas.Core.Model;
using Mas.Core.Protocol;

namespace Mas.Tests.Model;

/// <summary>Sessions that were left behind, as it seems.</summary>
public sealed class SessionsTests(ModelFixture mas) : IClassFixture<ModelFixture>
{
    private static readonly TimeSpan IdleTimeout = TimeSpan.FromMinutes(1);

    private static readonly TimeSpan AtOnce = TimeSpan.FromSeconds(-1);

    private StackExchange.Redis.IDatabase Database => mas.Redis.Database;

    private Sessions Sessions => mas.Get<Sessions>();

    [Fact]
    public async Task EndIdle_OfASessionThatHasBeatenSinceItWasFound_LeavesItWhole()
    {
        var session = await LeftBehindAsync("beating");
        Assert.Contains(session, await Sessions.GetIdleAsync(IdleTimeout, 100));
        Assert.Empty(await Sessions.HeartbeatAsync([session]));

        Assert.False(await Sessions.EndIdleAsync(session, IdleTimeout));
        await Sessions.TidyEndedAsync(AtOnce, 100);

        Assert.True(await Sessions.IsListedAsync(session));
        Assert.Equal("told", await Database.ListGetByIndexAsync($"outbox:{session}", 0));
        Assert.Empty(await Sessions.HeartbeatAsync([session]));
        Assert.False(await Database.KeyExistsAsync("endedsessions"));
    }

    [Fact]
    public async Task EndIdle_OfASessionThatIsLeftBehind_RemovesItOnce()
    {
        var session = await LeftBehindAsync("gone");

        Assert.True(await Sessions.EndIdleAsync(session, IdleTimeout));
        Assert.False(await Sessions.EndIdleAsync(session, IdleTimeout));

        Assert.False(await Sessions.IsListedAsync(session));
        Assert.False(await Database.KeyExistsAsync($"outbox:{session}"));
        Assert.Equal(0, Assert.Single(await Sessions.HeartbeatAsync([session])));
    }

    [Fact]
    public async Task EndIdle_BrokenOffBehindTheHeartbeat_IsBroughtToItsEnd()
    {
        var session = await LeftBehindAsync("broken");
        await Sessions.SettlePresenceAsync(session);
        await Database.SortedSetAddAsync("endedsessions", session.ToString(), 1);
        await Database.SortedSetRemoveAsync("sessionlastheartbeat", session.ToString());

        await Sessions.TidyEndedAsync(IdleTimeout, 100);

        Assert.False(await Sessions.IsListedAsync(session));
        Assert.False(await Database.KeyExistsAsync($"outbox:{session}"));
        Assert.NotNull(await Database.SortedSetScoreAsync("presencedue", session.ToString()));
        Assert.Null(await Database.SortedSetScoreAsync("endedsessions", session.ToString()));
    }

    [Fact]
    public async Task Register_WithALoginThatHasEndedSince_IsRefusedAndLeavesNothing()
    {
        var (user, _) = await mas.NewUserAsync("ended");
        var login = await mas.NewLoginAsync(user);
        await mas.Get<Logins>().EndAllAsync(user);
        var session = new SessionRef(user, "s1-ended");

        Assert.Equal(TerminateCode.LoggedOut, await Sessions.TryRegisterAsync(session, login, 8));

        Assert.False(await Sessions.IsListedAsync(session));
        Assert.Null(await Database.SortedSetScoreAsync("sessionlastheartbeat", session.ToString()));
    }

    /// <summary>A session with something in its outbox, and a heartbeat of long ago.</summary>
    private async Task<SessionRef> LeftBehindAsync(string nick)
    {
        var (user, _) = await mas.NewUserAsync("left-" + nick);
        var session = new SessionRef(user, "s1-" + nick);
        Assert.Null(await Sessions.TryRegisterAsync(session, await mas.NewLoginAsync(user), 8));
        await Database.ListLeftPushAsync($"outbox:{session}", "told");
        await Database.SortedSetAddAsync("sessionlastheartbeat", session.ToString(), 1);
        return session;
    }
}

using Mas.Core.Model;
using Mas.Core.Redis;
using Mas.Tests.Harness;
using Microsoft.Extensions.Logging.Abstractions;

namespace Mas.Tests.Model;

/// <summary>A server that dies between any two writes leaves no email address and no nick with somebody who does not have it.</summary>
public sealed class UserNamesTests : IAsyncLifetime
{
    private RedisServer _server = null!;
    private RedisBreaker _breaker = null!;
    private RedisConnection _redis = null!;

    public async ValueTask InitializeAsync()
    {
        // Of one Redis: a cluster's clients would pass the breaker by.
        _server = await RedisServer.StartAsync();
        _breaker = RedisBreaker.To(() => _server.Port, "none");
        _redis = await ConnectAsync(_server.Endpoint);
    }

    public async ValueTask DisposeAsync()
    {
        await _redis.DisposeAsync();
        await _breaker.DisposeAsync();
        await _server.DisposeAsync();
    }

    [Fact]
    public async Task UpdateProfile_BrokenOffAtAnyWrite_LeavesTheNamesOfTheRecord()
    {
        var users = UsersOver(_redis);
        var broken = true;
        var writes = 0;
        for (; broken; writes++)
        {
            var (user, _) = await CreateAsync(users, $"old{writes}");
            var old = (await users.GetProfileAsync(user))!;
            var changed = old with { Email = $"new{writes}@example.org", Nick = $"new{writes}" };

            broken = await IsBrokenAfterAsync(writes, other => other.UpdateProfileAsync(user, old, changed));
            await SettleAsync();

            var profile = (await users.GetProfileAsync(user))!;
            Assert.Contains(profile, new[] { old, changed });
            Assert.Equal(new[] { profile.Email, profile.Nick }.Order(StringComparer.Ordinal), await NamesOfAsync(user));
        }
        Assert.True(writes > 5, $"broken off at {writes} writes");
    }

    [Fact]
    public async Task Create_BrokenOffAtAnyWrite_LeavesAUserOrNothing()
    {
        var users = UsersOver(_redis);
        var broken = true;
        for (var writes = 0; broken; writes++)
        {
            var nick = $"made{writes}";

            broken = await IsBrokenAfterAsync(writes, other => CreateAsync(other, nick));
            await SettleAsync();

            var byNick = await users.FindAsync(nick);
            Assert.Equal(byNick, await users.FindAsync($"{nick}@example.org"));
            Assert.Equal(byNick is not null, byNick is { } user && await users.GetProfileAsync(user) is not null);
        }
    }

    [Fact]
    public async Task Settle_OfANameThatIsChangedAgain_LeavesIt()
    {
        var users = UsersOver(_redis);
        var names = new UserNames(_redis, TimeProvider.System);
        var (user, _) = await CreateAsync(users, "steady");
        Assert.True(await names.ClaimAsync("next", user));
        await names.BeginAsync("next");

        await names.SettleAsync(100);

        Assert.Equal(user, await names.FindAsync("next"));
    }

    private static Task<RedisConnection> ConnectAsync(string endpoint) =>
        RedisConnection.ConnectAsync(new RedisOptions { Endpoint = endpoint }, NullLogger.Instance, CancellationToken.None);

    private static Users UsersOver(RedisConnection redis) => new(redis, new UserNames(redis, TimeProvider.System), TimeProvider.System);

    private static Task<(UserId Id, string? TakenField)> CreateAsync(Users users, string nick) =>
        users.CreateAsync(new Profile(nick, $"{nick}@example.org", nick), Passwords.Hash("password", 1), "127.0.0.1", 100);

    /// <summary>Has a server do something, and die behind so many writes.</summary>
    /// <returns>False when it was done before that.</returns>
    private async Task<bool> IsBrokenAfterAsync(int writes, Func<Users, Task> change)
    {
        var redis = await ConnectAsync(_breaker.Endpoint);
        var broken = _breaker.BreakAfter(writes);
        var first = await Task.WhenAny(change(UsersOver(redis)), broken).WaitAsync(Eventually.DefaultDeadline);
        await redis.DisposeAsync();
        _breaker.Disarm();
        _breaker.Mend();
        return first == broken;
    }

    /// <summary>What a server does when it has waited long enough.</summary>
    private async Task SettleAsync()
    {
        foreach (var name in await _server.Database.SortedSetRangeByRankAsync("{index:user}:claims"))
            await _server.Database.SortedSetAddAsync("{index:user}:claims", name, 1);
        await new UserNames(_redis, TimeProvider.System).SettleAsync(100);
        Assert.False(await _server.Database.KeyExistsAsync("{index:user}:claims"));
    }

    private async Task<IEnumerable<string>> NamesOfAsync(UserId user) =>
        (await _server.Database.HashGetAllAsync("index:user")).Where(entry => entry.Value == user.Value).Select(entry => (string)entry.Name!).Order(StringComparer.Ordinal);
}

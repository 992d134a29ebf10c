using System.Globalization;
using Mas.Tests.Harness;

namespace Mas.Tests.Irc.Bridge;

/// <summary>Kills a role of IRC at a write to Redis that the test chooses; then another one goes on.</summary>
public sealed class RoleBreaker : IAsyncDisposable
{
    // All of them take minutes: so a few at a time, and the next run begins at another one. MAS_TEST_EACH_WRITE=1 takes all.
    private static readonly int Stride = Environment.GetEnvironmentVariable("MAS_TEST_EACH_WRITE") == "1" ? 1 : 8;

    private static readonly TimeSpan Timeout = Eventually.DefaultDeadline;

    private readonly RedisBreaker _breaker;
    private readonly Func<MasProcess> _role;
    private string? _brokenAt;

    private RoleBreaker(RedisBreaker breaker, Func<MasProcess> role) => (_breaker, _role) = (breaker, role);

    /// <summary>Where the role has to look for Redis.</summary>
    public string Endpoint => _breaker.Endpoint;

    /// <summary>Stands before a Redis.</summary>
    /// <param name="redis">The Redis.</param>
    /// <param name="inbox">The role's own inbox: what it takes from there is no write of its work.</param>
    /// <param name="role">The role.</param>
    public static RoleBreaker To(TestRedis redis, string inbox, Func<MasProcess> role) =>
        new(RedisBreaker.To(() => int.Parse(redis.Endpoint.Split(':')[1], CultureInfo.InvariantCulture), inbox), role);

    /// <summary>Runs a scenario with the role killed at one write after another, until it comes to its end first.</summary>
    /// <param name="scenario">Takes how many writes may pass, and does its work by <see cref="BreakAsync"/>.</param>
    public async Task AtEachWriteAsync(Func<int, Task> scenario)
    {
        var isThrough = false;
        for (var atWrite = Random.Shared.Next(Stride); !isThrough; atWrite += Stride)
        {
            try
            {
                await scenario(atWrite);
            }
            catch (Exception e)
            {
                throw new InvalidOperationException($"Broken off behind write {atWrite}, at: {_brokenAt}", e);
            }
            isThrough = _brokenAt is null;
        }
    }

    /// <summary>Does something, and kills the role in the midst of it; then another one goes on.</summary>
    /// <param name="writes">How many writes it may make before.</param>
    /// <param name="work">Completed once all of it has been handled, by whichever process.</param>
    public async Task BreakAsync(int writes, Func<Task> work)
    {
        var broken = _breaker.BreakAfter(writes);
        var done = work();
        await Task.WhenAny(broken, done).WaitAsync(Timeout);
        _brokenAt = _breaker.Disarm();
        if (_brokenAt is not null)
        {
            await _role().Process.KillAsync();
            _breaker.Mend();
            await _role().StartAgainAsync();
        }
        await done.WaitAsync(Timeout);
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => _breaker.DisposeAsync();
}

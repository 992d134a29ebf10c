using System.Globalization;
using Mas.Tests.Harness;

namespace Mas.Tests.Irc.Bridge;

/// <summary>A MAS whose IRC network is a script, and whose parser can be killed at a write that the test chooses.</summary>
public sealed class BreakableNetwork : IAsyncLifetime
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private RedisBreaker? _breaker;
    private ScriptedNetwork? _irc;

    /// <summary>The network and its MAS.</summary>
    public ScriptedNetwork Irc => _irc!;

    /// <inheritdoc/>
    public async Task InitializeAsync()
    {
        _irc = new ScriptedNetwork
        {
            ParsersRedis = redis => (_breaker = RedisBreaker.To(() => int.Parse(redis.Endpoint.Split(':')[1], CultureInfo.InvariantCulture))).Endpoint,
        };
        await _irc.InitializeAsync();
    }

    /// <inheritdoc/>
    public async Task DisposeAsync()
    {
        await Irc.DisposeAsync();
        if (_breaker is not null)
            await _breaker.DisposeAsync();
    }

    /// <summary>Does something, and kills the parser in the midst of it; then another one goes on.</summary>
    /// <param name="writes">How many writes it may make before.</param>
    /// <param name="work">Completed once all of it has been handled, by whichever parser.</param>
    /// <returns>The write before which it was killed; null when it had no more to make.</returns>
    public async Task<string?> BreakAsync(int writes, Func<Task> work)
    {
        var broken = _breaker!.BreakAfter(writes);
        var done = work();
        await Task.WhenAny(broken, done).WaitAsync(Patience);
        var at = _breaker.Disarm();
        if (at is not null)
        {
            await Irc.System.Parser.Process.KillAsync();
            _breaker.Mend();
            await Irc.System.Parser.StartAgainAsync();
        }
        await done.WaitAsync(Patience);
        return at;
    }
}

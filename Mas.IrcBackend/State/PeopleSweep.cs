using Mas.Core.Model;
using Mas.Core.Queues;
using Mas.Core.Redis;
using Mas.IrcBackend.Connections;
using StackExchange.Redis;

namespace Mas.IrcBackend.State;

/// <summary>
/// Forgets people on IRC whom nothing names any more: no conversation has them as a member, no history as an author. It looks
/// now and then, in small steps, forgets so many at a time, and takes nobody's name away who is met at that moment: first
/// nobody is found by the nick any more, and only when then still nothing names them, the record goes.
/// </summary>
internal sealed partial class PeopleSweep(
    RedisConnection redis, ConversationHistory history, IrcSettings settings, TimeProvider time, ILogger<PeopleSweep> logger)
{
    private const int MaxConcurrent = 5000;
    private const int Step = 20;
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(10);

    // Longer than whoever was met for the first time, or found by the nick, a moment ago takes to become a member or an author.
    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(5);

    private readonly MasterDatabase _database = redis.Database;

    /// <summary>Looks at the interval of the settings, until <paramref name="stopping"/>; by then the lease may be another's.</summary>
    internal void Begin(FencingToken fence, CancellationToken stopping)
    {
        if (settings.PeopleSweepInterval > TimeSpan.Zero)
            _ = RunAsync(fence, stopping);
    }

    /// <summary>Looks once.</summary>
    /// <returns>How many were forgotten.</returns>
    internal async Task<int> SweepAsync(FencingToken fence, CancellationToken stopping)
    {
        // Whoever is new since is not looked at: their first conversation may be under way.
        var newest = await _database.StringGetAsync(RedisKeys.NextUserId);
        await Task.Delay(Grace, time, stopping);
        var named = await FindNamedAsync(stopping);
        var unnamed = await FindUnnamedAsync(named, newest.IsNull ? 0 : (long)newest, stopping);
        if (unnamed.Count == 0)
            return 0;
        var entries = new List<HashEntry>();
        await foreach (var entry in RedisScans.HashAsync(redis, RedisKeys.IrcUserIndex, stopping))
        {
            if (unnamed.Contains(entry.Value!))
                entries.Add(entry);
        }
        await InStepsAsync(entries, RemoveEntryAsync, fence, stopping);
        await Task.Delay(Grace, time, stopping);
        named = await FindNamedAsync(stopping);
        await InStepsAsync(
            entries.Where(entry => named.Contains(entry.Value!)), entry => _database.HashSetAsync(RedisKeys.IrcUserIndex, entry.Name, entry.Value, When.NotExists), fence, stopping);
        unnamed.ExceptWith(named);
        await InStepsAsync(unnamed, id => _database.KeyDeleteAsync(RedisKeys.IrcUser(new UserId(id))), fence, stopping);
        LogForgotten(unnamed.Count);
        return unnamed.Count;
    }

    private async Task RunAsync(FencingToken fence, CancellationToken stopping)
    {
        while (!stopping.IsCancellationRequested)
        {
            try
            {
                await Task.Delay(settings.PeopleSweepInterval, time, stopping);
                await SweepAsync(fence, stopping);
            }
            catch (Exception e) when (e is OperationCanceledException or LeaseLostException)
            {
                return;
            }
            catch (Exception e) when (RedisErrors.IsAway(e))
            {
                LogAway(e.Message);
            }
            catch (Exception e)
            {
                LogFailed(e);
            }
        }
    }

    /// <summary>Everybody on IRC whom a conversation names.</summary>
    private async Task<HashSet<string>> FindNamedAsync(CancellationToken stopping)
    {
        var named = new HashSet<string>(StringComparer.Ordinal);
        var conversations = new List<ConversationId>();
        await foreach (var entry in RedisScans.HashAsync(redis, RedisKeys.ConversationIndex, stopping))
        {
            // Claimed before there are members: 1on1:<network>:<userId>:<userId>.
            var parts = ((string)entry.Name!).Split(':');
            if (parts[0] == "1on1")
                named.UnionWith(parts[^2..]);
            if (parts.Length > 2 && parts[1] != Networks.Mas && ConversationId.TryParse(entry.Value, out var id))
                conversations.Add(id);
        }
        foreach (var chunk in conversations.Chunk(Step))
        {
            foreach (var members in await Task.WhenAll(chunk.Select(id => _database.HashKeysAsync(RedisKeys.ConversationMembers(id)))))
                named.UnionWith(members.Select(key => (string)key!));
            // One after the other: histories are long.
            foreach (var id in chunk)
                named.UnionWith((await history.GetNewestAsync(id, -1)).Select(stored => stored.Message.UserId.Value));
            await Task.Delay(Pause, time, stopping);
        }
        return named;
    }

    /// <summary>People on IRC whom nothing names, as many as are forgotten at once.</summary>
    /// <param name="named">Whom something names.</param>
    /// <param name="newest">The number of the newest one to look at.</param>
    /// <param name="stopping">Ends it.</param>
    private async Task<HashSet<string>> FindUnnamedAsync(HashSet<string> named, long newest, CancellationToken stopping)
    {
        var prefix = (string)RedisKeys.IrcUser(new UserId(""))!;
        var unnamed = new HashSet<string>(StringComparer.Ordinal);
        await foreach (var key in RedisScans.KeysAsync(redis, prefix + "*", stopping))
        {
            var id = key[prefix.Length..];
            if (id.Length > 1 && !named.Contains(id) && long.TryParse(id[1..], out var number) && number <= newest)
                unnamed.Add(id);
            if (unnamed.Count == MaxConcurrent)
                break;
        }
        return unnamed;
    }

    /// <summary>Does something to each, a few at a time, with pauses in between.</summary>
    private async Task InStepsAsync<T>(IEnumerable<T> all, Func<T, Task> work, FencingToken fence, CancellationToken stopping)
    {
        foreach (var chunk in all.Chunk(Step))
        {
            fence.ThrowIfLost();
            await Task.WhenAll(chunk.Select(work));
            await Task.Delay(Pause, time, stopping);
        }
    }

    // By now it may be somebody else's.
    private Task RemoveEntryAsync(HashEntry entry) => _database.RemoveFieldAsync(RedisKeys.IrcUserIndex, entry.Name, entry.Value);

    [LoggerMessage(Level = LogLevel.Information, Message = "{Count} people on IRC are forgotten: no conversation names them any more")]
    private partial void LogForgotten(int count);

    [LoggerMessage(Level = LogLevel.Error, Message = "People on IRC could not be looked through")]
    private partial void LogFailed(Exception exception);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Redis is away ({Reason}); people on IRC are looked through another time")]
    private partial void LogAway(string reason);
}

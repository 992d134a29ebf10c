using Mas.Core.Model;
using Mas.Core.Queues;
using Mas.Core.Redis;
using Mas.IrcBackend.Connections;
using StackExchange.Redis;

namespace Mas.IrcBackend.State;

/// <summary>
/// Deletes the records of IRC users whom no conversation has as a member and no history as an author. It runs at an interval, in
/// small steps, and is safe against users who turn up meanwhile: it first removes the nick from the index, and deletes the record
/// only if the user is still unused after that.
/// </summary>
internal sealed partial class IrcUserSweeper(
    PartitionLease held, FencingToken fence, RedisConnection redis, ConversationHistory history, IrcSettings settings, TimeProvider time, ILogger<IrcUserSweeper> logger)
{
    private const int MaxPerSweep = 5000;
    private const int Step = 20;
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(10);

    // Longer than a user who has just been found or added takes to become a member or an author.
    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(5);

    private readonly MasterDatabase _database = redis.Database;

    /// <summary>Sweeps at the interval of the settings until the lease is lost.</summary>
    internal void Start()
    {
        if (settings.IrcUserSweepInterval > TimeSpan.Zero)
            _ = RunAsync(held.Lost);
    }

    /// <summary>Sweeps once.</summary>
    /// <returns>How many records were deleted.</returns>
    internal async Task<int> SweepAsync(CancellationToken stopping)
    {
        // Users added from now on are left out: their first conversation may be in progress.
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
        await InStepsAsync(entries, RemoveEntryAsync, stopping);
        await Task.Delay(Grace, time, stopping);
        named = await FindNamedAsync(stopping);
        await InStepsAsync(
            entries.Where(entry => named.Contains(entry.Value!)), entry => _database.HashSetAsync(RedisKeys.IrcUserIndex, entry.Name, entry.Value, When.NotExists), stopping);
        unnamed.ExceptWith(named);
        await InStepsAsync(unnamed, id => _database.KeyDeleteAsync(RedisKeys.IrcUser(new UserId(id))), stopping);
        LogDeleted(unnamed.Count);
        return unnamed.Count;
    }

    private async Task RunAsync(CancellationToken stopping)
    {
        while (!stopping.IsCancellationRequested)
        {
            try
            {
                await Task.Delay(settings.IrcUserSweepInterval, time, stopping);
                await SweepAsync(stopping);
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

    /// <summary>The ids that conversations name.</summary>
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
            // One at a time: histories are long.
            foreach (var id in chunk)
                named.UnionWith((await history.GetNewestAsync(id, -1)).Select(stored => stored.Message.UserId.Value));
            await Task.Delay(Pause, time, stopping);
        }
        return named;
    }

    /// <summary>IRC users whom nothing names, up to the limit of one sweep.</summary>
    /// <param name="named">The ids that conversations name.</param>
    /// <param name="newest">The number of the newest user to consider.</param>
    /// <param name="stopping">Cancels the scan.</param>
    private async Task<HashSet<string>> FindUnnamedAsync(HashSet<string> named, long newest, CancellationToken stopping)
    {
        var prefix = (string)RedisKeys.IrcUser(new UserId(""))!;
        var unnamed = new HashSet<string>(StringComparer.Ordinal);
        await foreach (var key in RedisScans.KeysAsync(redis, prefix + "*", stopping))
        {
            var id = key[prefix.Length..];
            if (id.Length > 1 && !named.Contains(id) && long.TryParse(id[1..], out var number) && number <= newest)
                unnamed.Add(id);
            if (unnamed.Count == MaxPerSweep)
                break;
        }
        return unnamed;
    }

    /// <summary>Processes all, a few at a time with pauses.</summary>
    private async Task InStepsAsync<T>(IEnumerable<T> all, Func<T, Task> work, CancellationToken stopping)
    {
        foreach (var chunk in all.Chunk(Step))
        {
            fence.ThrowIfLost();
            await Task.WhenAll(chunk.Select(work));
            await Task.Delay(Pause, time, stopping);
        }
    }

    // By now the nick may be somebody else's.
    private Task RemoveEntryAsync(HashEntry entry) => _database.RemoveFieldAsync(RedisKeys.IrcUserIndex, entry.Name, entry.Value);

    [LoggerMessage(Level = LogLevel.Information, Message = "Deleted {Count} IRC users whom no conversation names any more")]
    private partial void LogDeleted(int count);

    [LoggerMessage(Level = LogLevel.Error, Message = "The sweep of unused IRC users failed; the next one is tried at the usual interval")]
    private partial void LogFailed(Exception exception);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Redis is unreachable ({Reason}); unused IRC users are swept at the next interval")]
    private partial void LogAway(string reason);
}

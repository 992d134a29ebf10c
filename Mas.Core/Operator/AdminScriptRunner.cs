using System.Diagnostics;
using System.Runtime.CompilerServices;
using Mas.Core.Redis;
using StackExchange.Redis;

namespace Mas.Core.Operator;

/// <summary>What one step of a script returned.</summary>
/// <param name="Columns">The names of the columns.</param>
/// <param name="Rows">As many cells each as there are columns.</param>
/// <param name="Next">The cursor of the next step; null when this was the last one.</param>
public sealed record AdminStep(string[] Columns, IReadOnlyList<string[]> Rows, string? Next);

/// <summary>A script answered with an error of its own, such as <c>NOT_FOUND there is no user bob</c>.</summary>
public sealed class AdminScriptException(string message) : Exception(message);

/// <summary>
/// Runs operators' scripts: on one Redis as a script, step by step; on a cluster, where a script can't reach the keys of
/// several slots, each of its commands goes to the node that has the key (<see cref="ScriptReplay"/>).
/// </summary>
public sealed class AdminScriptRunner(RedisConnection redis)
{
    private static readonly TimeSpan LongStep = TimeSpan.FromMilliseconds(1);
    private static readonly TimeSpan LongestPause = TimeSpan.FromMilliseconds(50);

    /// <summary>Runs all steps of a script.</summary>
    /// <param name="script">Which.</param>
    /// <param name="arguments">Its ARGV, without the cursor.</param>
    /// <param name="stopping">Ends it between two steps.</param>
    /// <exception cref="AdminScriptException">The script refused.</exception>
    public async IAsyncEnumerable<AdminStep> RunAsync(
        AdminScript script, IReadOnlyList<string> arguments, [EnumeratorCancellation] CancellationToken stopping = default)
    {
        for (string? cursor = "0"; cursor is not null;)
        {
            stopping.ThrowIfCancellationRequested();
            var began = Stopwatch.GetTimestamp();
            var step = await RunStepAsync(script, arguments, cursor);
            yield return step;
            cursor = step.Next;
            // Others get Redis for as long as a step has held it.
            var took = Stopwatch.GetElapsedTime(began);
            if (cursor is not null && took > LongStep)
                await Task.Delay(took < LongestPause ? took : LongestPause, stopping);
        }
    }

    /// <summary>Runs one step of a script.</summary>
    /// <param name="script">Which.</param>
    /// <param name="arguments">Its ARGV, without the cursor.</param>
    /// <param name="cursor">0, or <see cref="AdminStep.Next"/> of the step before; of no meaning for a script without steps.</param>
    public async Task<AdminStep> RunStepAsync(AdminScript script, IReadOnlyList<string> arguments, string cursor = "0")
    {
        RedisValue[] values = [.. script.IsStepped ? [cursor] : Array.Empty<RedisValue>(), .. arguments.Select(argument => (RedisValue)argument)];
        try
        {
            var result = redis.IsCluster
                ? await new ScriptReplay(redis).RunAsync(script.Source, values)
                : await new RedisScript(script.Source).RunAsync(redis.Database, [], values);
            return ToStep((RedisResult[])result!);
        }
        catch (RedisServerException e) when (!RedisErrors.IsAway(e))
        {
            throw new AdminScriptException(e.Message);
        }
    }

    private static AdminStep ToStep(RedisResult[] result)
    {
        var rows = Array.ConvertAll(result, row => Array.ConvertAll((RedisValue[])row!, cell => (string?)cell ?? ""));
        var next = rows.Length > 1 && rows[^1] is ["MORE", var cursor] ? cursor : null;
        return new AdminStep(rows[0], next is null ? rows[1..] : rows[1..^1], next);
    }
}

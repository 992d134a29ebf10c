using System.Diagnostics;
using System.Runtime.CompilerServices;
using Mas.Core.Redis;
using StackExchange.Redis;

namespace Mas.Core.Operator;

/// <summary>The result of one step of a script.</summary>
/// <param name="Columns">Names.</param>
/// <param name="Rows">Each with a cell for each column.</param>
/// <param name="Next">The cursor of the next step; null after the last one.</param>
public sealed record AdminStep(string[] Columns, IReadOnlyList<string[]> Rows, string? Next);

/// <summary>A script returned an error, such as <c>NOT_FOUND there is no user bob</c>.</summary>
public sealed class AdminScriptException(string message) : Exception(message);

/// <summary>
/// Runs operators' scripts step by step: on a single Redis as scripts; on a cluster, where a script can't reach several slots,
/// by <see cref="ScriptReplay"/>.
/// </summary>
public sealed class AdminScriptRunner(RedisConnection redis)
{
    private static readonly TimeSpan LongStep = TimeSpan.FromMilliseconds(1);
    private static readonly TimeSpan LongestPause = TimeSpan.FromMilliseconds(50);

    /// <summary>Runs all steps of a script.</summary>
    /// <param name="arguments">Its ARGV, without the cursor.</param>
    /// <exception cref="AdminScriptException">The script returned an error.</exception>
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
            // Pauses as long as the step has blocked Redis.
            var took = Stopwatch.GetElapsedTime(began);
            if (cursor is not null && took > LongStep)
                await Task.Delay(took < LongestPause ? took : LongestPause, stopping);
        }
    }

    /// <summary>Runs one step of a script.</summary>
    /// <param name="arguments">Its ARGV, without the cursor.</param>
    /// <param name="cursor">0, or <see cref="AdminStep.Next"/> of the previous step. Ignored for a script without steps.</param>
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

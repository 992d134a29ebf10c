using Newtonsoft.Json.Linq;

namespace Mas.Tests.Harness;

/// <summary>Runs an operator's script as an operator does: <c>redis-cli --eval scripts/lua/NAME.lua , ARGV…</c>.</summary>
public static class RedisCli
{
    /// <summary>The file of a script.</summary>
    public static string FileOf(string script) => Path.Combine(BuildOutput.Root, "scripts", "lua", script + ".lua");

    /// <summary>Copies all that a redis-server holds into a file (<c>redis-cli --rdb</c>).</summary>
    public static Task SaveAsync(int port, string file) => RunAsync(port, "--rdb", file);

    /// <summary>Runs one command on one redis-server, such as those that the client library has no words for.</summary>
    /// <exception cref="RedisCliException">It was refused.</exception>
    public static async Task RunAsync(int port, params string[] command)
    {
        using var folder = new TempFolder("redis-cli");
        await using var process = ChildProcess.Start("redis-cli", "redis-cli", ["-p", $"{port}", "-e", .. command], folder.Path);
        await process.WaitForExitAsync();
        if (process.ExitCode != 0)
            throw new RedisCliException($"{string.Join(' ', command)}: {process.LogTail}");
    }

    /// <summary>Runs one step of a script; on a single Redis, since a script reaches no more than one node.</summary>
    /// <returns>Its rows; the first one names the columns.</returns>
    /// <exception cref="RedisCliException">The script answered with an error.</exception>
    public static async Task<List<string[]>> EvalStepAsync(TestRedis redis, string script, params string[] arguments)
    {
        using var folder = new TempFolder("redis-cli");
        await using var process = ChildProcess.Start(
            "redis-cli", "redis-cli", ["-p", redis.Endpoint.Split(':')[^1], "--json", "-e", "--eval", FileOf(script), ",", .. arguments], folder.Path);
        await process.WaitForExitAsync();
        // The last lines may arrive behind the process's end.
        var text = "";
        await Eventually.HoldsAsync(
            () => (text = string.Join('\n', process.Lines).Trim()).Length > 0 && (process.ExitCode != 0 || text.EndsWith(']')), $"redis-cli's answer to {script}");
        if (process.ExitCode != 0 || !text.StartsWith('['))
            throw new RedisCliException($"{script}: {text}");
        return [.. JArray.Parse(text).Select(row => row.Select(cell => (string)cell!).ToArray())];
    }

    /// <summary>Runs a script that takes no cursor, or all steps of one that does.</summary>
    /// <param name="redis">Where.</param>
    /// <param name="script">Its name.</param>
    /// <param name="arguments">ARGV, without the cursor.</param>
    /// <returns>The rows of all steps, without those that name the columns.</returns>
    public static async Task<List<string[]>> EvalAsync(TestRedis redis, string script, params string[] arguments)
    {
        var stepped = (await File.ReadAllLinesAsync(FileOf(script))).Any(line => line.StartsWith("-- Steps ", StringComparison.Ordinal));
        if (!stepped)
            return (await EvalStepAsync(redis, script, arguments))[1..];
        var rows = new List<string[]>();
        for (var cursor = "0"; cursor is not null;)
        {
            var step = await EvalStepAsync(redis, script, [cursor, .. arguments]);
            cursor = step[^1] is ["MORE", var next] ? next : null;
            rows.AddRange(step.Skip(1).Where(row => row[0] != "MORE"));
        }
        return rows;
    }
}

/// <summary>A script answered with an error.</summary>
public sealed class RedisCliException(string message) : Exception(message);

using Mas.Core.Redis;
using StackExchange.Redis;

namespace Mas.Core.Operator;

/// <summary>An operator's action.</summary>
/// <param name="At">Unix milliseconds.</param>
/// <param name="Who">A userId, or <c>masctl:</c> and the operator's account on the machine.</param>
/// <param name="From">An address or the name of a machine.</param>
/// <param name="What">The script and its arguments, shortened.</param>
/// <param name="Result"><c>OK</c>, or the script's error.</param>
public sealed record AuditEntry(long At, string Who, string From, string What, string Result);

/// <summary>The stream <c>auditlog</c>, trimmed to about <see cref="Kept"/> entries.</summary>
public sealed class AuditLog(RedisConnection redis)
{
    /// <summary>The least number of entries to keep.</summary>
    public const int Kept = 10_000;

    private const int LongestArgument = 200;
    private const int LongestWhat = 1000;

    /// <summary>Arguments that are secrets and are not logged, by script and index.</summary>
    private static readonly HashSet<(string Script, int Argument)> Secret = [("reset-token", 1), ("group-create", 2)];

    /// <summary>Writes an entry.</summary>
    public Task AddAsync(string who, string from, string script, IReadOnlyList<string> arguments, string result) => redis.Database.ExecuteAsync(
        "XADD", RedisKeys.AuditLog, "MAXLEN", "~", Kept, "*", "who", who, "from", from, "what", Describe(script, arguments), "result", result);

    /// <summary>Reads entries, newest first.</summary>
    public async Task<List<AuditEntry>> ReadAsync(int count)
    {
        var entries = (RedisResult[])(await redis.Database.ExecuteAsync("XREVRANGE", RedisKeys.AuditLog, "+", "-", "COUNT", count))!;
        return [.. entries.Select(entry => (RedisResult[])entry!).Select(entry => Read((string)entry[0]!, (string[])entry[1]!))];
    }

    private static AuditEntry Read(string id, string[] pairs)
    {
        var fields = pairs.Chunk(2).Where(pair => pair.Length == 2).ToDictionary(pair => pair[0], pair => pair[1]);
        return new AuditEntry(
            long.TryParse(id.Split('-')[0], out var at) ? at : 0, fields.GetValueOrDefault("who", ""), fields.GetValueOrDefault("from", ""),
            fields.GetValueOrDefault("what", ""), fields.GetValueOrDefault("result", ""));
    }

    private static string Describe(string script, IReadOnlyList<string> arguments)
    {
        var what = script;
        for (var i = 0; i < arguments.Count && what.Length < LongestWhat; i++)
        {
            what += " " + (Secret.Contains((script, i)) ? "…"
                : arguments[i].Length > LongestArgument ? arguments[i][..LongestArgument] + "…"
                : arguments[i]);
        }
        return what;
    }
}

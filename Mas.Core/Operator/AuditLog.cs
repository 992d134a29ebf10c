using Mas.Core.Redis;
using StackExchange.Redis;

namespace Mas.Core.Operator;

/// <summary>An entry of the audit log.</summary>
/// <param name="At">When, unix milliseconds.</param>
/// <param name="Who">A userId, or <c>masctl:</c> and the name of the account on the operator's machine.</param>
/// <param name="From">The address or the machine that it came from.</param>
/// <param name="What">The script and its arguments, or the beginnings of them.</param>
/// <param name="Result"><c>OK</c>, or what the script refused with.</param>
public sealed record AuditEntry(long At, string Who, string From, string What, string Result);

/// <summary>Who did what, <c>auditlog</c> (stream): the newest <see cref="Kept"/> entries, a few more now and then.</summary>
public sealed class AuditLog(RedisConnection redis)
{
    /// <summary>How many entries are kept at least.</summary>
    public const int Kept = 10_000;

    private const int LongestArgument = 200;
    private const int LongestWhat = 1000;

    /// <summary>Arguments that are secrets, by script and number; who reads the log must not be able to use them.</summary>
    private static readonly HashSet<(string Script, int Argument)> Secret = [("reset-token", 1), ("group-create", 2)];

    /// <summary>Writes an entry.</summary>
    public Task AddAsync(string who, string from, string script, IReadOnlyList<string> arguments, string result) => redis.Database.ExecuteAsync(
        "XADD", RedisKeys.AuditLog, "MAXLEN", "~", Kept, "*", "who", who, "from", from, "what", Describe(script, arguments), "result", result);

    /// <summary>The newest entries, newest first.</summary>
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

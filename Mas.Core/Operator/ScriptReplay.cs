using System.Globalization;
using Mas.Core.Redis;
using StackExchange.Redis;

namespace Mas.Core.Operator;

/// <summary>
/// Runs a script over the slots of a cluster. The script runs in Redis for its Lua alone: where it calls a command, it is
/// given the answer that is known already, or stops and says what it needs. That command is sent to its key's node, and
/// the script starts again with one answer more. It is not atomic, so scripts keep the order of steps of the programs.
/// </summary>
internal sealed class ScriptReplay(RedisConnection redis)
{
    // Only what decides the command comes from outside: the script's text, its arguments and the answers so far.
    private const string Head = """
        local real, tokens = redis, ARGV
        local ARGV = {}
        for i = 1, tonumber(tokens[1]) do
          ARGV[i] = tokens[i + 1]
        end
        local position = #ARGV + 2
        local wanted
        local function read()
          local kind, value = tokens[position], tokens[position + 1]
          position = position + 2
          if kind == 's' then return value end
          if kind == 'i' then return tonumber(value) end
          if kind == 'o' then return { ok = value } end
          if kind == 'n' then return false end
          local list = {}
          for i = 1, tonumber(value) do list[i] = read() end
          return list
        end
        local redis = setmetatable({ call = function(...)
          if tokens[position] then return read() end
          wanted = { 'NEED', ... }
          error(wanted)
        end }, { __index = real })
        local function script()
        """;

    private const string Tail = """

        end
        local ok, result = pcall(script)
        if wanted then
          for i = 1, #wanted do wanted[i] = tostring(wanted[i]) end
          return wanted
        end
        if not ok then return real.error_reply('ERR ' .. tostring(result)) end
        if type(result) == 'table' and result.err then return result end
        return { 'DONE', result }
        """;

    /// <summary>A page of a SCAN is this small, since each command of a step starts the script once more.</summary>
    private const string ScanCount = "40";

    private const string ScanThere = "return redis.call('SCAN', unpack(ARGV))";

    private static readonly HashSet<string> Integers = new(
        ["EXISTS", "LLEN", "HLEN", "SCARD", "ZCARD", "HSET", "HSETNX", "HDEL", "HEXISTS", "HINCRBY", "SADD", "SREM", "SISMEMBER", "ZADD", "ZREM",
            "LPUSH", "RPUSH", "LREM", "DEL", "UNLINK", "PUBLISH", "EXPIRE", "TTL", "PTTL", "INCR", "MEMORY"], StringComparer.Ordinal);

    private static readonly HashSet<string> Lists = new(
        ["HGETALL", "HMGET", "HKEYS", "SMEMBERS", "ZRANGE", "LRANGE", "XRANGE", "TIME", "HSCAN", "ZSCAN"], StringComparer.Ordinal);

    private readonly RedisKey[] _masters = RedisMasters.KeysOf(redis);

    internal async Task<RedisResult> RunAsync(string source, RedisValue[] arguments)
    {
        var script = Head + "\n" + source + Tail;
        var tokens = new List<RedisValue>(arguments.Length + 64) { arguments.Length };
        tokens.AddRange(arguments);
        for (; ; )
        {
            var reply = (RedisResult[])(await redis.Database.RunScriptAsync(script, [], [.. tokens]))!;
            if ((string?)reply[0] == "DONE")
                return reply[1];
            var command = Array.ConvertAll(reply[1..], part => (RedisValue)part);
            await AnswerAsync(((string)command[0]!).ToUpperInvariant(), command[1..], tokens);
        }
    }

    private async Task AnswerAsync(string command, RedisValue[] arguments, List<RedisValue> tokens)
    {
        if (command == "SCAN")
        {
            await ScanAsync(arguments, tokens);
            return;
        }
        var parts = Array.ConvertAll(arguments, argument => (object)argument);
        // Typed as a key, so that the connection knows the slot.
        var key = command switch { "TIME" or "PUBLISH" => -1, "MEMORY" => 1, _ => 0 };
        if (key >= 0)
            parts[key] = (RedisKey)(byte[])arguments[key]!;
        var result = await redis.Database.ExecuteAsync(command, parts);
        if (command == "TYPE")
            tokens.AddRange(["o", (string)result!]);
        else
            Add(result, Lists.Contains(command), Integers.Contains(command), tokens);
    }

    /// <summary>One node after the other; its number stands before its own cursor: <c>&lt;node&gt;.&lt;cursor&gt;</c>.</summary>
    private async Task ScanAsync(RedisValue[] arguments, List<RedisValue> tokens)
    {
        var place = ((string)arguments[0]!).Split('.');
        var node = place.Length == 2 ? int.Parse(place[0], CultureInfo.InvariantCulture) : 0;
        if (node >= _masters.Length)
            throw new AdminScriptException("ERROR the cluster has changed meanwhile; please begin again");
        var asked = (RedisValue[])arguments.Clone();
        asked[0] = place[^1];
        var count = Array.FindIndex(asked, argument => argument == "COUNT");
        if (count > 0)
            asked[count + 1] = ScanCount;
        var page = (RedisResult[])(await redis.Database.RunScriptAsync(ScanThere, [_masters[node]], asked))!;
        var cursor = (string)page[0]!;
        if (cursor == "0")
            cursor = ++node < _masters.Length ? $"{node}.0" : "0";
        else
            cursor = $"{node}.{cursor}";
        tokens.AddRange(["a", 2, "s", cursor]);
        Add(page[1], isList: true, isInteger: false, tokens);
    }

    private static void Add(RedisResult result, bool isList, bool isInteger, List<RedisValue> tokens)
    {
        if (result.IsNull)
        {
            tokens.AddRange(["n", ""]);
        }
        else if (isList)
        {
            var items = (RedisResult[])result!;
            tokens.AddRange(["a", items.Length]);
            foreach (var item in items)
                Add(item, IsListItself(item), isInteger: false, tokens);
        }
        else
        {
            tokens.AddRange([isInteger ? "i" : "s", (RedisValue)result]);
        }
    }

    /// <summary>The pages of HSCAN and ZSCAN and the entries of XRANGE hold lists.</summary>
    private static bool IsListItself(RedisResult item)
    {
        try
        {
            return !item.IsNull && ((RedisValue)item).IsNull;
        }
        catch (InvalidCastException)
        {
            return true;
        }
    }
}

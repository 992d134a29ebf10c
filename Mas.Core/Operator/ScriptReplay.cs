using System.Globalization;
using Mas.Core.Redis;
using StackExchange.Redis;

namespace Mas.Core.Operator;

/// <summary>
/// Runs a script over several slots of a cluster. The script runs in Redis for its Lua only: a command in it returns a known
/// answer, or stops the script, which then returns the command. The command is sent to its key's node, and the script starts
/// again with its answer. That is not atomic, so scripts write in the same order of steps as the programs.
/// </summary>
/// <remarks>
/// On a cluster a script also has <c>redis.each(list, look)</c>, for looks that only read: each start then collects the next
/// command of every item, and these are sent together.
/// </remarks>
internal sealed class ScriptReplay(RedisConnection redis)
{
    // Its input is the script's text, its arguments and the answers so far, so each start takes the same way.
    private const string Head = """
        local real, tokens = redis, ARGV
        local ARGV = {}
        for i = 1, tonumber(tokens[1]) do
          ARGV[i] = tokens[i + 1]
        end
        local position = #ARGV + 2
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
        local known, wanted, looking = {}, {}, false
        local count = tonumber(tokens[position])
        position = position + 1
        for _ = 1, count do
          local question = tokens[position]
          position = position + 1
          known[question] = position
          read()
        end
        local function answer(question)
          local place = position
          position = known[question]
          local value = read()
          position = place
          return value
        end
        local function call(...)
          if not looking and tokens[position] then return read() end
          local question = looking and table.concat({ ... }, '\0') or ''
          if known[question] then return answer(question) end
          if not wanted[question] then
            wanted[question] = true
            wanted[#wanted + 1] = { question, ... }
          end
          error(wanted)
        end
        local function each(list, look)
          local outer, lacks = looking, false
          looking = true
          for i, item in ipairs(list) do
            local ok, problem = pcall(look, item, i)
            if not ok and problem ~= wanted then error(problem, 0) end
            lacks = lacks or not ok
          end
          looking = outer
          if lacks then error(wanted) end
        end
        local redis = setmetatable({ call = call, each = each }, { __index = real })
        local function script()
        """;

    private const string Tail = """

        end
        local ok, result = pcall(script)
        if wanted[1] then
          for _, need in ipairs(wanted) do
            for i = 1, #need do need[i] = tostring(need[i]) end
          end
          return { 'NEED', wanted }
        end
        if not ok then return real.error_reply('ERR ' .. tostring(result)) end
        if type(result) == 'table' and result.err then return result end
        return { 'DONE', result }
        """;

    /// <summary>SCAN's pages are small, because each command of a step starts the script once more.</summary>
    private const string ScanCount = "40";

    /// <summary>Limits the commands sent together, so that others' commands come between.</summary>
    private const int MaxConcurrent = 200;

    private static readonly RedisScript ScanThere = new("return redis.call('SCAN', unpack(ARGV))");

    private static readonly HashSet<string> Integers = new(
        ["EXISTS", "LLEN", "HLEN", "SCARD", "ZCARD", "HSET", "HSETNX", "HDEL", "HEXISTS", "HINCRBY", "SADD", "SREM", "SISMEMBER", "ZADD", "ZREM",
            "LPUSH", "RPUSH", "LREM", "DEL", "UNLINK", "PUBLISH", "EXPIRE", "TTL", "PTTL", "INCR", "MEMORY"], StringComparer.Ordinal);

    private static readonly HashSet<string> Lists = new(
        ["HGETALL", "HMGET", "HKEYS", "SMEMBERS", "ZRANGE", "LRANGE", "XRANGE", "TIME", "HSCAN", "ZSCAN"], StringComparer.Ordinal);

    private readonly RedisKey[] _masters = RedisMasters.KeysOf(redis);

    internal async Task<RedisResult> RunAsync(string source, RedisValue[] arguments)
    {
        var script = new RedisScript(Head + "\n" + source + Tail);
        var (looked, lookedCount) = (new List<RedisValue>(), 0);
        var answers = new List<RedisValue>();
        for (; ; )
        {
            var reply = (RedisResult[])(await script.RunAsync(redis.Database, [], [arguments.Length, .. arguments, lookedCount, .. looked, .. answers]))!;
            if ((string?)reply[0] == "DONE")
                return reply[1];
            var needs = Array.ConvertAll((RedisResult[])reply[1]!, need => (RedisValue[])need!);
            var given = new List<List<RedisValue>>(needs.Length);
            foreach (var some in needs.Chunk(MaxConcurrent))
                given.AddRange(await Task.WhenAll(some.Select(need => AnswerAsync(((string)need[1]!).ToUpperInvariant(), need[2..]))));
            if (needs is [var only] && only[0].IsNullOrEmpty)
            {
                answers.AddRange(given[0]);
                continue;
            }
            foreach (var (need, answer) in needs.Zip(given))
                looked.AddRange([need[0], .. answer]);
            lookedCount += needs.Length;
        }
    }

    private async Task<List<RedisValue>> AnswerAsync(string command, RedisValue[] arguments)
    {
        if (command == "SCAN")
            return await ScanAsync(arguments);
        var parts = Array.ConvertAll(arguments, argument => (object)argument);
        // Typed as a key, for routing.
        var key = command switch { "TIME" or "PUBLISH" => -1, "MEMORY" => 1, _ => 0 };
        if (key >= 0)
            parts[key] = (RedisKey)(byte[])arguments[key]!;
        var result = await redis.Database.ExecuteAsync(command, parts);
        if (command == "TYPE")
            return ["o", (string)result!];
        var tokens = new List<RedisValue>();
        Add(result, Lists.Contains(command), Integers.Contains(command), tokens);
        return tokens;
    }

    /// <summary>Scans one node after the other. The cursor is <c>&lt;node&gt;.&lt;cursor of the node&gt;</c>.</summary>
    private async Task<List<RedisValue>> ScanAsync(RedisValue[] arguments)
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
        var page = (RedisResult[])(await ScanThere.RunAsync(redis.Database, [_masters[node]], asked))!;
        var cursor = (string)page[0]!;
        if (cursor == "0")
            cursor = ++node < _masters.Length ? $"{node}.0" : "0";
        else
            cursor = $"{node}.{cursor}";
        var tokens = new List<RedisValue> { "a", 2, "s", cursor };
        Add(page[1], isList: true, isInteger: false, tokens);
        return tokens;
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

    /// <summary>Pages of HSCAN and ZSCAN and entries of XRANGE are nested lists.</summary>
    private static bool IsListItself(RedisResult item) => !item.IsNull && item.Resp2Type == ResultType.Array;
}

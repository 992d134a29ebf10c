using System.Text;
using System.Text.RegularExpressions;
using Mas.Core.Operator;
using Mas.Core.Redis;
using StackExchange.Redis;

namespace Mas.Server.Operator;

/// <summary>
/// <c>masctl fsck</c>: says only what it has found twice, some seconds apart, since a step that is under way looks like a
/// finding for a moment; and mends only that.
/// </summary>
internal sealed partial class CtlFsck(RedisConnection redis, AdminScriptRunner runner, TextWriter notes)
{
    private const int MaxPasses = 5;
    private static readonly TimeSpan StepsUnderWay = TimeSpan.FromSeconds(3);
    private static readonly AdminScript Script = AdminScripts.All["fsck"];

    /// <summary>Findings of what sessions show, and hear of only when it is changed in the ordinary way.</summary>
    private static readonly HashSet<string> Shown = new(StringComparer.Ordinal)
    {
        "friend-gone", "friend-one-way", "presence", "window-gone", "window-not-listed", "window-without-conversation", "window-without-member", "second-window",
        "session-not-listening", "member-gone",
    };

    /// <summary>Checks, and mends when asked to. When that changes what sessions show, all of them begin again.</summary>
    /// <returns>What is left: kind, key, detail, safe, command.</returns>
    internal async Task<(string[] Columns, List<string[]> Rows)> RunAsync(bool repair, CancellationToken stopping)
    {
        var (columns, rows) = await FindTwiceAsync(stopping);
        var isShown = false;
        // Mending one may bring another to light: a window that goes was listed, and indexed.
        for (var pass = 0; repair && pass < MaxPasses && rows.Any(IsSafe); pass++)
        {
            foreach (var row in rows.Where(IsSafe))
            {
                await notes.WriteLineAsync($"mending {row[0]}: {row[4]}");
                await MendAsync(Split(row[4]));
            }
            isShown |= rows.Any(row => IsSafe(row) && Shown.Contains(row[0]));
            (columns, rows) = await FindTwiceAsync(stopping);
        }
        if (isShown)
        {
            var renewed = (await CtlRows.CollectAsync(runner, AdminScripts.All["renew"], ["everybody"], stopping)).Rows;
            await notes.WriteLineAsync($"{renewed.Sum(row => long.Parse(row[0]))} sessions begin again, so that they show what was mended.");
        }
        return (columns, rows);
    }

    private static bool IsSafe(string[] row) => row[3] == "yes";

    private async Task<(string[] Columns, List<string[]> Rows)> FindTwiceAsync(CancellationToken stopping)
    {
        var (columns, first) = await CtlRows.CollectAsync(runner, Script, [], stopping);
        if (first.Count == 0)
            return (columns, first);
        await Task.Delay(StepsUnderWay, stopping);
        var again = (await CtlRows.CollectAsync(runner, Script, [], stopping)).Rows.Select(Identity).ToHashSet(StringComparer.Ordinal);
        return (columns, [.. first.Where(row => again.Contains(Identity(row)))]);
    }

    private static string Identity(string[] row) => $"{row[0]}\0{row[1]}\0{row[2]}";

    private async Task MendAsync(List<string> command)
    {
        if (command is ["EVAL", var script, "1", var key, var number])
        {
            await redis.Database.ScriptEvaluateAsync(script, [key], [number]);
            return;
        }
        object[] arguments = [.. command.Skip(1).Select((part, i) => i == 0 ? (object)(RedisKey)part : (RedisValue)part)];
        await redis.Database.ExecuteAsync(command[0], arguments);
    }

    /// <summary>Reads a command line as redis-cli does: words, or texts in double quotes with escapes.</summary>
    internal static List<string> Split(string line)
    {
        var parts = new List<string>();
        foreach (Match match in Part().Matches(line))
        {
            if (!match.Groups["text"].Success)
            {
                parts.Add(match.Value);
                continue;
            }
            var text = new StringBuilder();
            var quoted = match.Groups["text"].Value;
            for (var i = 0; i < quoted.Length; i++)
            {
                if (quoted[i] != '\\')
                    text.Append(quoted[i]);
                else if (quoted[i + 1] == 'x')
                    (_, i) = (text.Append((char)Convert.ToInt32(quoted.Substring(i + 2, 2), 16)), i + 3);
                else
                    text.Append(quoted[++i]);
            }
            parts.Add(text.ToString());
        }
        return parts;
    }

    [GeneratedRegex("""
        "(?<text>(?:[^"\\]|\\.)*)"|\S+
        """)]
    private static partial Regex Part();
}

using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using Mas.Core.Operator;
using Mas.Core.Redis;
using Spectre.Console;
using StackExchange.Redis;

namespace Mas.Server.Operator;

/// <summary>
/// Checks and repairs the keyspace. A step of MAS that is under way looks like a finding for a moment, so only what is found twice,
/// some seconds apart, is reported and repaired.
/// </summary>
internal sealed partial class CtlFsck(RedisConnection redis, AdminScriptRunner runner, IAnsiConsole notes)
{
    private const int MaxPasses = 5;
    private static readonly TimeSpan StepsUnderWay = TimeSpan.FromSeconds(3);
    private static readonly AdminScript Script = AdminScripts.All["fsck"];

    /// <summary>Kinds of findings that live sessions show. A repair does not notify them, so they are restarted.</summary>
    private static readonly HashSet<string> Shown = new(StringComparer.Ordinal)
    {
        "friend-gone", "friend-one-way", "presence", "window-gone", "window-not-listed", "window-without-conversation", "window-without-member", "second-window",
        "session-not-listening", "member-gone",
    };

    /// <summary>Checks, and repairs when asked to.</summary>
    /// <returns>What is left: kind, key, detail, safe, command.</returns>
    internal async Task<(string[] Columns, List<string[]> Rows)> RunAsync(bool repair, CancellationToken stopping)
    {
        var (columns, rows) = await FindTwiceAsync(stopping);
        var isShown = false;
        // One repair may reveal another finding: a deleted window was also listed and indexed.
        for (var pass = 0; repair && pass < MaxPasses && rows.Any(IsSafe); pass++)
        {
            foreach (var row in rows.Where(IsSafe))
            {
                notes.WriteLine($"repairing {row[0]}: {row[4]}");
                await RepairAsync(Split(row[4]));
            }
            isShown |= rows.Any(row => IsSafe(row) && Shown.Contains(row[0]));
            (columns, rows) = await FindTwiceAsync(stopping);
        }
        if (isShown)
        {
            var renewed = (await CtlRows.CollectAsync(runner, AdminScripts.All["renew"], ["everybody"], notes, stopping)).Rows;
            notes.WriteLine($"{renewed.Sum(row => long.Parse(row[0], CultureInfo.InvariantCulture))} sessions are restarted, so that they show what was repaired.");
        }
        return (columns, rows);
    }

    private static bool IsSafe(string[] row) => row[3] == "yes";

    private async Task<(string[] Columns, List<string[]> Rows)> FindTwiceAsync(CancellationToken stopping)
    {
        var (columns, first) = await CtlRows.CollectAsync(runner, Script, [], notes, stopping);
        if (first.Count == 0)
            return (columns, first);
        await Task.Delay(StepsUnderWay, stopping);
        var again = (await CtlRows.CollectAsync(runner, Script, [], notes, stopping)).Rows.Select(Identity).ToHashSet(StringComparer.Ordinal);
        return (columns, [.. first.Where(row => again.Contains(Identity(row)))]);
    }

    private static string Identity(string[] row) => $"{row[0]}\0{row[1]}\0{row[2]}";

    private async Task RepairAsync(List<string> command)
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

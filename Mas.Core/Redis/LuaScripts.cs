using System.Reflection;
using StackExchange.Redis;

namespace Mas.Core.Redis;

/// <summary>The embedded scripts. Each touches the keys of one slot only, but for <see cref="ListsPop"/> and <see cref="PostAtOnce"/>, which are for one Redis; what they do is in their headers.</summary>
internal static class LuaScripts
{
    internal static readonly string LeaseRenew = Load("lease_renew");
    internal static readonly string ListsPop = Load("lists_pop");
    internal static readonly string InboxTake = LoadFenced("inbox_take");
    internal static readonly string InboxPush = Load("inbox_push");
    internal static readonly string InboxClose = LoadFenced("inbox_close");
    internal static readonly string InboxOpen = LoadFenced("inbox_open");
    internal static readonly string LayoutAsk = Load("layout_ask");
    internal static readonly string WorkersBeat = Load("workers_beat");
    internal static readonly string Fenced = LoadFenced("fenced");
    internal static readonly string HistoryAppend = Load("fence") + Load("history") + Load("history_post") + Load("history_append");
    internal static readonly string HistoryFind = Load("history") + Load("history_find");
    internal static readonly string HistoryTrim = Load("fence") + Load("history") + Load("history_trim");
    internal static readonly string PostAtOnce = Load("fence") + Load("history") + Load("history_post") + Load("membership") + Load("post_at_once");
    internal static readonly string MembershipCheck = Load("membership") + Load("membership_check");
    internal static readonly string HistoryReplace = LoadFenced("history_replace");
    internal static readonly string CounterDraw = Load("counter_draw");
    internal static readonly string CounterRaise = Load("counter_raise");
    internal static readonly string ReplicationMark = Load("replication_mark");
    internal static readonly string HashChange = Load("hash_change");
    internal static readonly string HashWrite = Load("hash_write");
    internal static readonly string HashGrow = Load("hash_grow");
    internal static readonly string NameSettle = Load("name_settle");
    internal static readonly string StringRemove = Load("string_remove");
    internal static readonly string FieldRemove = Load("field_remove");
    internal static readonly string MemberRemove = Load("member_remove");

    private static long _repeated;

    /// <summary>How often this process had to send a script again: then it ran later than what was sent behind it.</summary>
    internal static long Repeated => Interlocked.Read(ref _repeated);

    /// <summary>Runs a script; a script cache that Redis lost (restart, SCRIPT FLUSH) is filled again.</summary>
    internal static async Task<RedisResult> RunScriptAsync(this MasterDatabase database, string script, RedisKey[] keys, RedisValue[] values)
    {
        try
        {
            return await database.ScriptEvaluateAsync(script, keys, values);
        }
        catch (RedisServerException e) when (e.Message.StartsWith("NOSCRIPT", StringComparison.Ordinal))
        {
            Interlocked.Increment(ref _repeated);
            return await database.ScriptEvaluateAsync(script, keys, values);
        }
    }

    /// <summary>A script for <see cref="Queues.FencingToken"/>, behind the check that they all begin with.</summary>
    private static string LoadFenced(string name) => Load("fence") + Load(name);

    private static string Load(string name)
    {
        using var stream = Assembly.GetExecutingAssembly().GetManifestResourceStream(name + ".lua")
            ?? throw new InvalidOperationException($"The script {name}.lua is not embedded.");
        using var reader = new StreamReader(stream);
        // The client library looks each call's script up by its whole text; comments would make that long.
        return string.Concat(reader.ReadToEnd().Split('\n').Where(line => !line.TrimStart().StartsWith("--", StringComparison.Ordinal)).Select(line => line + "\n"));
    }
}

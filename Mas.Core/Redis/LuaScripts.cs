using System.Reflection;

namespace Mas.Core.Redis;

/// <summary>
/// The embedded scripts; their headers explain them. Each touches one slot only, except <see cref="ListsPop"/> and
/// <see cref="PostAtOnce"/>, which need a single Redis.
/// </summary>
internal static class LuaScripts
{
    internal static readonly RedisScript LeaseRenew = Load("lease_renew");
    internal static readonly RedisScript ListsPop = Load("lists_pop");
    internal static readonly RedisScript InboxClaim = Load("inbox_claim");
    internal static readonly RedisScript InboxLeave = Load("inbox_leave");
    internal static readonly RedisScript InboxPush = Load("inbox_push");
    internal static readonly RedisScript InboxClose = Load("inbox_close");
    internal static readonly RedisScript InboxOpen = Load("inbox_open");
    internal static readonly RedisScript LayoutAsk = Load("layout_ask");
    internal static readonly RedisScript WorkersBeat = Load("workers_beat");
    internal static readonly RedisScript Fenced = Load("fenced");
    internal static readonly RedisScript HistoryAdd = Load("history_add");
    internal static readonly RedisScript HistoryAppend = Load("history_append");
    internal static readonly RedisScript HistoryFind = Load("history_find");
    internal static readonly RedisScript HistoryTrim = Load("history_trim");
    internal static readonly RedisScript PostAtOnce = Load("post_at_once");
    internal static readonly RedisScript MembershipCheck = Load("membership_check");
    internal static readonly RedisScript HistoryReplace = Load("history_replace");
    internal static readonly RedisScript CounterDraw = Load("counter_draw");
    internal static readonly RedisScript CounterRaise = Load("counter_raise");
    internal static readonly RedisScript ReplicationMark = Load("replication_mark");
    internal static readonly RedisScript HashChange = Load("hash_change");
    internal static readonly RedisScript HashWrite = Load("hash_write");
    internal static readonly RedisScript HashGrow = Load("hash_grow");
    internal static readonly RedisScript NameSettle = Load("name_settle");
    internal static readonly RedisScript StringRemove = Load("string_remove");
    internal static readonly RedisScript FieldRemove = Load("field_remove");
    internal static readonly RedisScript MemberRemove = Load("member_remove");

    private static RedisScript Load(string name)
    {
        using var stream = Assembly.GetExecutingAssembly().GetManifestResourceStream(name + ".lua")
            ?? throw new InvalidOperationException($"The script {name}.lua is not embedded.");
        using var reader = new StreamReader(stream);
        return new RedisScript(reader.ReadToEnd());
    }
}

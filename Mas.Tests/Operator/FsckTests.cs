using Mas.Tests.Client;
using Mas.Tests.Harness;
using StackExchange.Redis;

namespace Mas.Tests.Operator;

/// <summary>A keyspace of two users and a group, broken in each way that fsck knows.</summary>
public sealed class FsckTests : IAsyncLifetime
{
    private MasSystem _mas = null!;
    private MasClient _alice = null!;
    private MasClient _bob = null!;
    private string _group = "";

    private IDatabase Db => _mas.Redis.Database;

    private string A => _alice.UserId;

    private string B => _bob.UserId;

    private string AliceSession => $"{A}:{_alice.SessionId}";

    private int AliceWindow => _alice.Window("tea");

    public async ValueTask InitializeAsync()
    {
        _mas = await MasSystem.StartAsync();
        _alice = await _mas.NewClientAsync("alice");
        _bob = await _mas.NewClientAsync("bob");
        await _alice.OkAsync("CREATE", new { name = "tea" });
        await _alice.WaitAsync(view => view.Group("tea") is not null, "the window");
        await _bob.OkAsync("JOIN", new { network = "MAS", name = "tea" });
        await _bob.WaitAsync(view => view.Group("tea") is not null, "the window");
        await _alice.SayAsync(AliceWindow, "hello");
        await _alice.OkAsync("CHAT", new { userId = B });
        _group = (await Db.HashGetAsync("index:conversation", "group:MAS:tea"))!;
        await Fsck.AssertCleanAsync(_mas.Redis);
    }

    public async ValueTask DisposeAsync() => await _mas.DisposeAsync();

    [Fact]
    public async Task Fsck_EachSafeKindOfDamage_IsFoundAndRepaired()
    {
        // What the live system would mend by itself before fsck has looked is tested while its processes stand still.
        Freeze();
        (string Kind, string Key, Func<Task> Break, string Damaged)[] damages =
        [
            ("index-misses", "index:user", () => Db.HashDeleteAsync("index:user", _alice.Login.Nick), "nick"),
            ("index-misses", "index:windowIds", () => Db.HashDeleteAsync("index:windowIds", $"{A}:{_group}"), "window"),
            ("index-misses", "index:conversation", () => Db.HashDeleteAsync("index:conversation", "group:MAS:tea"), "group"),
            ("index-points-nowhere", "index:user", () => Db.HashSetAsync("index:user", "nobody", "999"), "nobody"),
            ("index-points-nowhere", "index:user", () => Db.HashSetAsync("index:user", "former", A), "former"),
            ("index-points-nowhere", "index:windowIds", () => Db.HashSetAsync("index:windowIds", $"{A}:999", 7), "window"),
            ("index-points-nowhere", "index:conversation", () => Db.HashSetAsync("index:conversation", "group:MAS:gone", 999), "gone"),
            ("index-points-nowhere", "index:currentnick", () => Db.HashSetAsync("index:currentnick", "Net:alice", A), "nick"),
            ("index-points-nowhere", "index:ircuser", () => Db.HashSetAsync("index:ircuser", "Net:carol", "i77"), "carol"),
            ("window-without-conversation", $"window:{A}:90", () => Db.HashSetAsync($"window:{A}:90", Window("998")), "no conversation"),
            ("window-gone", $"windowlist:{A}", () => Db.SetAddAsync($"windowlist:{A}", 91), "not there"),
            ("window-not-listed", $"window:{A}:{AliceWindow}", () => Db.SetRemoveAsync($"windowlist:{A}", AliceWindow), "listed"),
            ("second-window", $"window:{A}:92", () => Db.HashSetAsync($"window:{A}:92", Window(_group)), "two"),
            ("window-without-member", $"window:{B}:{_bob.Window("tea")}", () => Db.HashDeleteAsync($"conversationmembers:{_group}", B), "no member"),
            ("member-gone", $"conversationmembers:{_group}", () => Db.HashSetAsync($"conversationmembers:{_group}", "997", "u"), "no user"),
            ("no-conversation", "conversationmembers:996", () => Db.HashSetAsync("conversationmembers:996", A, "u"), "no record"),
            ("no-conversation", "conversationmsgs:996", () => Db.ListLeftPushAsync("conversationmsgs:996", Message(1)), "no record"),
            ("no-history", "{conversationmsgs:996}:rids", () => Db.HashSetAsync("{conversationmsgs:996}:rids", $"{A}:r", 1), "no history"),
            ("stale-record", $"{{conversationmsgs:{_group}}}:rids", () => Db.HashSetAsync($"{{conversationmsgs:{_group}}}:rids", $"{A}:trimmed", 0), "trimmed"),
            ("dead-session", $"conversationsessions:{_group}", () => Db.HashSetAsync($"conversationsessions:{_group}", $"{A}:sdead-1", 1), "dead"),
            ("dead-session", $"outbox:{A}:sdead-1", () => Db.ListLeftPushAsync($"outbox:{A}:sdead-1", "{}"), "dead"),
            ("dead-session", $"sessionknownuserids:{A}:sdead-1", () => Db.SetAddAsync($"sessionknownuserids:{A}:sdead-1", A), "dead"),
            ("dead-session", $"sessionlogins:{A}", () => Db.HashSetAsync($"sessionlogins:{A}", "sdead-1", "x"), "dead"),
            ("dead-session", $"sessionlist:{A}", () => Db.SortedSetAddAsync($"sessionlist:{A}", "sdead-1", 1), "dead"),
            ("dead-session", "sessionlastheartbeat", () => Db.SortedSetAddAsync("sessionlastheartbeat", $"{A}:sdead-1", 1), "dead"),
            ("session-not-listening", $"conversationsessions:{_group}", () => Db.HashDeleteAsync($"conversationsessions:{_group}", AliceSession), "deaf"),
            ("presence", $"user:{A}", () => Db.HashSetAsync($"user:{A}", "lastlogout", 5), "offline"),
            ("no-user", "settings:995", () => Db.HashSetAsync("settings:995", "theme", "dark"), "nobody's"),
            ("no-user", "alerts:995", () => Db.HashSetAsync("alerts:995", "1", "hello"), "nobody's"),
            ("no-user", "userpermissions:995", () => Db.SetAddAsync("userpermissions:995", "admin"), "nobody's"),
            ("friend-gone", $"friends:{A}", () => Db.SetAddAsync($"friends:{A}", "995"), "gone"),
            ("friend-one-way", $"friends:{A}", () => Db.SetAddAsync($"friends:{A}", B), "one way"),
            ("friend-gone", $"friendrequests:{A}", () => Db.SetAddAsync($"friendrequests:{A}", "995"), "gone"),
            ("claim-not-listed", "{inbox:loopbackparser}:claim:0:3", () => Db.ListLeftPushAsync("{inbox:loopbackparser}:claim:0:3", "{}"), "nobody's"),
            ("no-expiry", "ticket:abc123", () => Db.StringSetAsync("ticket:abc123", $"{A}:x"), "for ever"),
            ("lastrev-behind", $"conversation:{_group}", () => Db.ListLeftPushAsync($"conversationmsgs:{_group}", Message(9, rev: 10)), "rev 10"),
            ("counter-behind", "nextGlobalUserId", () => Db.StringSetAsync("nextGlobalUserId", 0), "behind"),
            ("counter-behind", "nextGlobalConversationId", () => Db.KeyDeleteAsync("nextGlobalConversationId"), "behind"),
            ("counter-behind", "nextGlobalMsgId", () => Db.StringSetAsync("nextGlobalMsgId", 0), "behind"),
            ("counter-behind", "nextGlobalNoteId", () => Db.HashSetAsync($"alerts:{A}", "55", "hello"), "behind"),
            ("counter-behind", "nextGlobalLeaseEpoch", () => Db.StringSetAsync("nextGlobalLeaseEpoch", 0), "behind"),
            ("counter-behind", $"user:{A}", () => Db.HashSetAsync($"user:{A}", "nextwindowid", 0), "behind"),
        ];
        foreach (var (kind, key, breakIt, damaged) in damages)
        {
            await breakIt();
            var findings = await Fsck.RunAsync(_mas.Redis);
            var finding = findings.Find(found => found.Kind == kind && found.Key == key);
            Assert.True(finding is { IsSafe: true }, $"{kind} of {key} ({damaged}) is not found as safe, but: {string.Join('\n', findings)}");
            Assert.NotEmpty(finding!.Command);
            await RepairAsync($"{kind} of {key} ({damaged})");
        }
    }

    [Fact]
    public async Task Fsck_DamageThatNeedsADecision_IsFoundAndLeftAlone()
    {
        Freeze();
        (string Kind, string Key, Func<Task> Break, Func<Task> Undo)[] damages =
        [
            ("taken-without-holder", "{inbox:loopbackparser}:taken:w", () => Db.ListLeftPushAsync("{inbox:loopbackparser}:taken:w", "{}"), () => Db.KeyDeleteAsync("{inbox:loopbackparser}:taken:w")),
            ("bad-value", "{inbox:loopbackparser}:claims", () => Db.HashSetAsync("{inbox:loopbackparser}:claims", "one", "2"), () => Db.HashDeleteAsync("{inbox:loopbackparser}:claims", "one")),
            ("unknown-key", "something:else", () => Db.StringSetAsync("something:else", 1), () => Db.KeyDeleteAsync("something:else")),
            ("wrong-type", $"settings:{A}", () => Db.ListLeftPushAsync($"settings:{A}", "x"), () => Db.KeyDeleteAsync($"settings:{A}")),
            ("missing-field", $"user:{A}", () => Db.HashDeleteAsync($"user:{A}", "maxwindows"), () => Db.HashSetAsync($"user:{A}", "maxwindows", 100)),
            ("missing-field", $"window:{A}:{AliceWindow}", () => Db.HashDeleteAsync($"window:{A}:{AliceWindow}", "row"), () => Db.HashSetAsync($"window:{A}:{AliceWindow}", "row", 0)),
            ("unknown-field", $"user:{A}", () => Db.HashSetAsync($"user:{A}", "colour", "red"), () => Db.HashDeleteAsync($"user:{A}", "colour")),
            ("unknown-field", $"conversation:{_group}", () => Db.HashSetAsync($"conversation:{_group}", "colour", "red"), () => Db.HashDeleteAsync($"conversation:{_group}", "colour")),
            ("bad-value", $"conversationmembers:{_group}", () => Db.HashSetAsync($"conversationmembers:{_group}", B, "boss"), () => Db.HashSetAsync($"conversationmembers:{_group}", B, "u")),
            ("index-conflict", "index:user", TakeNickAsync, GiveNickBackAsync),
            ("bad-message", $"conversationmsgs:{_group}", () => Db.ListLeftPushAsync($"conversationmsgs:{_group}", "no JSON"), () => Db.ListLeftPopAsync($"conversationmsgs:{_group}")),
            ("bad-order", $"conversationmsgs:{_group}", () => Db.ListLeftPushAsync($"conversationmsgs:{_group}", Message(0)), () => Db.ListLeftPopAsync($"conversationmsgs:{_group}")),
            ("bad-value", "nextGlobalNoteId", () => Db.StringSetAsync("nextGlobalNoteId", "many"), () => Db.KeyDeleteAsync("nextGlobalNoteId")),
            ("inbox-without-consumer", "inbox:ircparser", () => Db.ListLeftPushAsync("inbox:ircparser", "{}"), () => Db.KeyDeleteAsync("inbox:ircparser")),
        ];
        foreach (var (kind, key, breakIt, undo) in damages)
        {
            await breakIt();
            var findings = await Fsck.RunAsync(_mas.Redis);
            Assert.Contains(findings, found => found.Kind == kind && found.Key == key && !found.IsSafe);
            await Fsck.RunAsync(_mas.Redis, repair: true);
            Assert.Contains(await Fsck.RunAsync(_mas.Redis), found => found.Kind == kind && found.Key == key);
            await undo();
            AssertNone($"{kind} of {key} was undone", await FindingsAsync());
        }
    }

    [Fact]
    public async Task Fsck_MemberWithoutWindow_TheWorkerGivesOneAndTheClientSeesIt()
    {
        var window = _bob.Window("tea");
        await Db.KeyDeleteAsync($"window:{B}:{window}");
        await Db.SetRemoveAsync($"windowlist:{B}", window);
        await Db.HashDeleteAsync("index:windowIds", $"{B}:{_group}");
        await Db.HashDeleteAsync($"conversationsessions:{_group}", $"{B}:{_bob.SessionId}");

        var findings = await Fsck.RunAsync(_mas.Redis);
        Assert.Contains(findings, found => found is { Kind: "member-without-window", IsSafe: true } && found.Key == $"conversationmembers:{_group}");
        await Fsck.MendAsync(_mas.Redis);

        await _bob.WaitAsync(view => view.Windows.Values.Any(other => other.Name == "tea" && other.WindowId != window), "the new window");
        await Fsck.AssertCleanAsync(_mas.Redis);
    }

    [Fact]
    public async Task Fsck_ConversationWithoutMembers_TheWorkerRemovesIt()
    {
        await Db.HashSetAsync("conversation:994", [new("type", "group"), new("network", "MAS"), new("name", "ghost"), new("topic", ""), new("password", "")]);
        await Db.HashSetAsync("index:conversation", "group:MAS:ghost", 994);
        await Db.ListLeftPushAsync("conversationmsgs:994", Message(1));
        await Db.StringSetAsync("nextGlobalConversationId", 994);

        Assert.Contains(await Fsck.RunAsync(_mas.Redis), found => found is { Kind: "conversation-without-members", Key: "conversation:994", IsSafe: true });
        await Fsck.MendAsync(_mas.Redis);

        await Eventually.HoldsAsync(async () => !await Db.KeyExistsAsync("conversation:994"), "the conversation is gone");
        await Fsck.AssertCleanAsync(_mas.Redis);
        Assert.False(await Db.KeyExistsAsync("conversationmsgs:994"));
        Assert.False(await Db.HashExistsAsync("index:conversation", "group:MAS:ghost"));
    }

    private static HashEntry[] Window(string conversation) =>
        [new("conversationId", conversation), new("sounds", "false"), new("titleAlert", "true"), new("visible", "true"), new("row", 0)];

    private string Message(long gid, long? rev = null) =>
        $"{{\"gid\":{gid},\"userId\":\"{A}\",\"ts\":1,\"cat\":\"msg\",\"body\":\"x\"{(rev is null ? "" : $",\"rev\":{rev}")}}}";

    /// <summary>Two records with one nick: only a person knows whose it is.</summary>
    private async Task TakeNickAsync()
    {
        await Db.HashSetAsync($"user:{B}", "nick", _alice.Login.Nick);
        await Db.HashSetAsync("index:user", _alice.Login.Nick, B);
    }

    private async Task GiveNickBackAsync()
    {
        await Db.HashSetAsync($"user:{B}", "nick", _bob.Login.Nick);
        await Db.HashSetAsync("index:user", [new(_alice.Login.Nick, A), new(_bob.Login.Nick, B)]);
    }

    private void Freeze()
    {
        foreach (var process in _mas.Servers.Concat(_mas.Loopbacks))
            process.Process.Signal(ProcessSignal.Stop);
    }

    private async Task RepairAsync(string what)
    {
        // One command may bring the next finding to light, as when a window goes that was listed and indexed.
        List<FsckFinding> left = [];
        for (var pass = 0; pass == 0 || (pass < 4 && left.Count > 0); pass++)
        {
            await Fsck.RunAsync(_mas.Redis, repair: true);
            left = await FindingsAsync();
        }
        AssertNone(what, left);
    }

    private static void AssertNone(string what, List<FsckFinding> findings) =>
        Assert.True(findings.Count == 0, $"{what}, and fsck still finds:\n{string.Join('\n', findings)}");

    /// <summary>While nothing runs, leases end; what waits for a worker is none of these tests' business.</summary>
    private async Task<List<FsckFinding>> FindingsAsync() =>
        [.. (await Fsck.RunAsync(_mas.Redis)).Where(found => found.Key != "inbox:loopbackparser")];
}

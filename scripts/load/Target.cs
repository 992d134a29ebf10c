using Mas.Core.Queues;
using Mas.Tests.Harness;

namespace Mas.Load;

/// <summary>A kind of server, started for one run.</summary>
internal abstract class Target : IAsyncDisposable
{
    public abstract string Protocol { get; }

    /// <summary>The port of each load process's IRC server; none where the clients themselves send.</summary>
    public virtual IReadOnlyList<int> IrcPorts => [];

    /// <summary>The processes whose use is reported, by a name.</summary>
    public abstract IReadOnlyList<(string Name, int Pid)> Processes { get; }

    /// <summary>Makes users and groups, and plans the connections.</summary>
    public abstract Task<IReadOnlyList<PlannedClient>> PrepareAsync(Scenario scenario);

    /// <summary>What Redis has done, by its own counters; zeros where there is no Redis.</summary>
    public virtual Task<RedisWork> RedisWorkAsync() => Task.FromResult(default(RedisWork));

    public abstract ValueTask DisposeAsync();
}

/// <summary>Counters of a Redis.</summary>
/// <param name="Commands">All commands, including those of scripts.</param>
/// <param name="Pops">RPOPs.</param>
internal readonly record struct RedisWork(long Commands, long Pops)
{
    public static async Task<RedisWork> OfAsync(TestRedis redis) =>
        new(await redis.InfoAsync("total_commands_processed"), (await redis.CallsAsync()).GetValueOrDefault("rpop"));

    public static RedisWork operator -(RedisWork now, RedisWork before) => new(now.Commands - before.Commands, now.Pops - before.Pops);
}

/// <summary>MAS itself: Redis, servers, workers.</summary>
internal sealed class MasTarget : Target
{
    private readonly MasSystem _mas;

    private MasTarget(MasSystem mas) => _mas = mas;

    public override string Protocol => "mas";

    public MasSystem System => _mas;

    public override IReadOnlyList<(string, int)> Processes =>
    [
        .. _mas.Servers.Select((server, i) => ($"Mas.Server {i + 1}", server.Process.Id)),
        .. _mas.Loopbacks.Select((worker, i) => ($"Mas.Loopback {i + 1}", worker.Process.Id)),
        .. _mas.Redis.Processes.Select(redis => ("redis-server", redis.Id)),
    ];

    /// <summary>Starts it, and waits until every inbox has its worker.</summary>
    /// <param name="servers">Mas.Server processes.</param>
    /// <param name="appendOnly">Whether Redis keeps an append-only file.</param>
    /// <param name="ircBackends">Mas.IrcBackend processes.</param>
    /// <param name="settings">Settings beside those of every run.</param>
    /// <param name="workers">Mas.Loopback processes.</param>
    /// <param name="inboxes">The inboxes that they share.</param>
    /// <param name="checkout">Another checkout whose programs run; null for this one.</param>
    public static async Task<MasTarget> StartAsync(
        int servers, bool appendOnly, int ircBackends = 0, IEnumerable<KeyValuePair<string, string>>? settings = null, int workers = 1, int inboxes = 1,
        string? checkout = null)
    {
        var mas = await MasSystem.StartAsync(Options(servers, workers, inboxes, ircBackends, appendOnly, settings ?? []) with { Checkout = checkout });
        await Eventually.HoldsAsync(
            async () => (await Task.WhenAll(Enumerable.Range(0, inboxes).Select(part =>
                mas.Redis.Database.KeyExistsAsync("lease:" + InboxPartition.NameOf(Endpoints.Loopback, part))))).All(held => held)
                && (inboxes == 1 || ((string?)await mas.Redis.Database.StringGetAsync("inboxlayout:" + Endpoints.Loopback))?.Contains("next", StringComparison.Ordinal) == false),
            "every inbox has its worker");
        return new MasTarget(mas);
    }

    private static MasSystemOptions Options(
        int servers, int workers, int inboxes, int ircBackends, bool appendOnly, IEnumerable<KeyValuePair<string, string>> settings) => new()
        {
            Servers = servers,
            Loopbacks = workers,
            IrcBackends = ircBackends,
            AppendOnly = appendOnly,
            Settings = new Dictionary<string, string>(settings)
            {
                ["Accounts:PasswordRounds"] = "1",
                ["Accounts:AttemptsPerMinute"] = "10000000",
                ["Limits:RequestsPerSecond"] = "1000000",
                ["Limits:RequestBurst"] = "1000000",
                ["Limits:SessionsPerUser"] = "100",
                ["Session:OutboxCap"] = "1000000",
                ["Logging:LogLevel:Mas.Server"] = "Warning",
                ["Loopback:Inboxes"] = $"{inboxes}",
            },
        };

    public override async Task<IReadOnlyList<PlannedClient>> PrepareAsync(Scenario scenario)
    {
        var setup = await MasSetup.CreateAsync(_mas, scenario.Clients);
        for (var group = 0; group < scenario.Groups; group++)
        {
            var members = setup.Users.Skip(group * scenario.GroupSize).Take(scenario.GroupSize).ToList();
            if (scenario.IsPairs)
                await setup.PairAsync(members[0], members[1]);
            else
                await setup.GroupAsync($"g{group}", members);
        }
        await setup.SettleAsync();
        return [.. setup.Users.Select((user, i) => setup.Plan(user, i, windowId: 1, isSender: i % scenario.GroupSize < scenario.SendersPerGroup))];
    }

    public override Task<RedisWork> RedisWorkAsync() => RedisWork.OfAsync(_mas.Redis);

    public override ValueTask DisposeAsync() => _mas.DisposeAsync();
}

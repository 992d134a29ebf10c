using System.Diagnostics;
using Mas.Tests.Harness;

namespace Mas.Tests.Chaos;

/// <summary>What came of a run.</summary>
/// <param name="Rounds">Rounds that were finished.</param>
/// <param name="Acknowledged">Messages that were acknowledged.</param>
/// <param name="Faults">How often something was broken.</param>
/// <param name="Violations">The promises that were broken in the last round; empty when all were kept.</param>
public sealed record ChaosResult(int Rounds, int Acknowledged, int Faults, IReadOnlyList<Violation> Violations);

/// <summary>
/// Breaks things while people talk. A run is a row of rounds on the same processes, each with new users and groups: faults
/// and load, then peace, then the question whether every promise was kept. The first round in which one was not ends it.
/// </summary>
public sealed class ChaosRun(ChaosOptions options, Action<string> tell)
{
    /// <summary>How long the last requests may take once nothing is broken any more.</summary>
    private static readonly TimeSpan PeaceTakes = TimeSpan.FromSeconds(60);

    /// <summary>Each stream of faults and each user takes one.</summary>
    private const int SeedsOfARound = 10_000;

    private readonly Stopwatch _clock = Stopwatch.StartNew();

    /// <summary>Runs all rounds.</summary>
    public async Task<ChaosResult> RunAsync()
    {
        await using var ground = await ChaosGround.StartAsync(options);
        var result = new ChaosResult(0, 0, 0, []);
        var log = new LogWatch(ground);
        do
        {
            var round = result.Rounds + 1;
            var begun = _clock.Elapsed;
            Tell($"round {round}: {options.Users} users, {options.Groups} groups");
            var (ledger, faults, requests, violations) = await RoundAsync(ground, round, log);
            result = new ChaosResult(round, result.Acknowledged + ledger.Acknowledged, result.Faults + faults, violations.All);
            Tell($"round {round}: {(violations.All.Count == 0 ? "all promises kept" : $"{violations.All.Count} BROKEN")}: "
                + $"{faults} faults, {requests} requests, {ledger.Acknowledged} of {ledger.IncomingTexts.Count} messages acknowledged, {(_clock.Elapsed - begun).TotalSeconds:0} s");
        }
        while (result.Violations.Count == 0 && _clock.Elapsed < options.Lasts);
        if (result.Violations.Count > 0 && options.KeepIn is { } folder)
            await KeepAsync(ground, folder, result);
        return result;
    }

    private async Task<(Ledger Ledger, int Faults, int Requests, Violations Violations)> RoundAsync(ChaosGround ground, int round, LogWatch log)
    {
        var seed = options.Seed + SeedsOfARound * (round - 1);
        var (ledger, violations) = (new Ledger(), new Violations());
        var (users, groups) = await GatherAsync(ground, round, seed, ledger, violations);
        var peers = users.Select(user => user.Login.UserId).ToArray();
        var streams = new FaultStreams(ground, Tell);
        try
        {
            using var stop = new CancellationTokenSource(options.Round);
            var talking = Task.WhenAll(users.Select(user => user.RunAsync(groups, peers, stop.Token)));
            await streams.RunAsync(seed, stop.Token);
            Tell("peace");
            await ground.Mas.IsReadyAsync();
            try
            {
                await talking.WaitAsync(PeaceTakes);
            }
            catch (TimeoutException)
            {
                violations.Add("every request is answered once things are well again", $"not within {PeaceTakes.TotalSeconds} s");
                return (ledger, streams.Count, users.Sum(user => user.Requests), violations);
            }
            var check = new PromiseCheck(ground, ledger, violations);
            var mended = await check.MendAsync();
            foreach (var line in mended)
                Tell($"fsck mends {line}");
            // What was answered with UNAVAILABLE since replicas were missing is written all the same, and was told to nobody:
            // sessions hear of it when they start.
            if (mended.Count > 0 || options.WaitReplicas > 0)
            {
                foreach (var user in users)
                    await user.LeaveAsync();
            }
            await check.ViewsAsync(users);
            await check.HistoriesAsync();
            foreach (var user in users)
                await user.DisposeAsync();
            await check.LeftoversAsync();
        }
        catch (Exception e) when (violations.All.Count > 0)
        {
            violations.Add("the round ends", e.ToString());
        }
        foreach (var error in log.NewErrors())
            violations.Add("no process logs an error", error);
        return (ledger, streams.Count, users.Sum(user => user.Requests), violations);
    }

    /// <summary>New users, each of whom owns one of the first groups, so that none of them is ever without members.</summary>
    private async Task<(List<ChaosUser> Users, string[] Groups)> GatherAsync(ChaosGround ground, int round, int seed, Ledger ledger, Violations violations)
    {
        var groups = Enumerable.Range(0, options.Groups).Select(i => $"round{round}group{i}").ToArray();
        var users = new List<ChaosUser>();
        for (var i = 0; i < options.Users; i++)
        {
            var login = await ground.NewUserAsync($"round{round}user{i}");
            var user = new ChaosUser(ground, login, i < groups.Length ? groups[i] : "", ledger, violations, seed + 10 + i);
            var client = await user.ConnectedAsync();
            if (i < groups.Length)
                await client.OkAsync("CREATE", new { name = groups[i] });
            users.Add(user);
        }
        foreach (var user in users)
        {
            var client = await user.ConnectedAsync();
            foreach (var group in groups)
                await client.RequestAsync("JOIN", new { network = "MAS", name = group });
        }
        return (users, groups);
    }

    private static async Task KeepAsync(ChaosGround ground, string folder, ChaosResult result)
    {
        Directory.CreateDirectory(folder);
        await File.WriteAllLinesAsync(Path.Combine(folder, "violations.txt"), result.Violations.Select(violation => violation.ToString()));
        await ground.Mas.SaveLogsAsync(folder);
        foreach (var node in ground.Redis.Nodes)
        {
            await File.WriteAllLinesAsync(Path.Combine(folder, $"redis-{node.Port}.log"), node.Log);
            await RedisCli.SaveAsync(node.Port, Path.Combine(folder, $"redis-{node.Port}.rdb"));
        }
    }

    private void Tell(string line) => tell($"{_clock.Elapsed:mm\\:ss\\.f} {line}");
}

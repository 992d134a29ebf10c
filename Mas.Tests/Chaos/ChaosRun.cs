using System.Diagnostics;
using Mas.Tests.Harness;

namespace Mas.Tests.Chaos;

/// <summary>What a line of a run's report is about.</summary>
public enum ChaosLineKind
{
    /// <summary>A fault, or a step of a round.</summary>
    Step,

    /// <summary>A round in which all promises were kept.</summary>
    Kept,

    /// <summary>A round in which a promise was broken.</summary>
    Broken,
}

/// <summary>A line of a run's report.</summary>
/// <param name="At">Since the run began.</param>
/// <param name="Text">What happened, with the time.</param>
/// <param name="Kind">What it is about.</param>
public sealed record ChaosLine(TimeSpan At, string Text, ChaosLineKind Kind);

/// <summary>The result of a run.</summary>
/// <param name="Rounds">Finished rounds.</param>
/// <param name="Acknowledged">Acknowledged messages.</param>
/// <param name="Faults">Faults that happened.</param>
/// <param name="Violations">Promises that were broken in the last round.</param>
public sealed record ChaosResult(int Rounds, int Acknowledged, int Faults, IReadOnlyList<Violation> Violations);

/// <summary>
/// Breaks things while users chat. A run is a series of rounds on the same processes, each with new users and groups: faults and load,
/// then recovery, then a check of every promise. The first round in which one was broken ends the run.
/// </summary>
public sealed class ChaosRun(ChaosOptions options, Action<ChaosLine> report)
{
    /// <summary>How long the last requests may take after the last fault.</summary>
    private static readonly TimeSpan RecoveryTakes = TimeSpan.FromSeconds(60);

    /// <summary>Each stream of faults and each user has a seed of its own.</summary>
    private const int SeedsPerRound = 10_000;

    private readonly Stopwatch _clock = Stopwatch.StartNew();

    /// <summary>Runs all rounds.</summary>
    public async Task<ChaosResult> RunAsync()
    {
        await using var system = await ChaosSystem.StartAsync(options);
        var result = new ChaosResult(0, 0, 0, []);
        var log = new LogWatch(system);
        do
        {
            var round = result.Rounds + 1;
            var begun = _clock.Elapsed;
            Report($"round {round}: {options.Users} users, {options.Groups} groups");
            var (sent, faults, requests, violations) = await RoundAsync(system, round, log);
            result = new ChaosResult(round, result.Acknowledged + sent.Acknowledged, result.Faults + faults, violations.All);
            var (outcome, kind) = violations.All.Count == 0 ? ("all promises kept", ChaosLineKind.Kept) : ($"{violations.All.Count} BROKEN", ChaosLineKind.Broken);
            Report(kind, $"round {round}: {outcome}: "
                + $"{faults} faults, {requests} requests, {sent.Acknowledged} of {sent.All.Count} messages acknowledged, {(_clock.Elapsed - begun).TotalSeconds:0} s");
        }
        while (result.Violations.Count == 0 && _clock.Elapsed < options.Duration);
        if (result.Violations.Count > 0 && options.ArtifactsFolder is { } folder)
            await SaveArtifactsAsync(system, folder, result);
        return result;
    }

    private async Task<(SentMessages Sent, int Faults, int Requests, Violations Violations)> RoundAsync(ChaosSystem system, int round, LogWatch log)
    {
        var seed = options.Seed + SeedsPerRound * (round - 1);
        var (sent, violations) = (new SentMessages(), new Violations());
        var (users, groups) = await CreateUsersAsync(system, round, seed, sent, violations);
        var peers = users.Select(user => user.Login.UserId).ToArray();
        var streams = new FaultStreams(system, Report);
        try
        {
            using var stop = new CancellationTokenSource(options.RoundDuration);
            var chatting = Task.WhenAll(users.Select(user => user.RunAsync(groups, peers, stop.Token)));
            await streams.RunAsync(seed, stop.Token);
            Report("no more faults; waiting for recovery");
            await system.Mas.IsReadyAsync();
            try
            {
                await chatting.WaitAsync(RecoveryTakes);
            }
            catch (TimeoutException)
            {
                violations.Add("every request is answered after recovery", $"not within {RecoveryTakes.TotalSeconds} s");
                return (sent, streams.Count, users.Sum(user => user.Requests), violations);
            }
            var check = new PromiseCheck(system, sent, violations);
            var repaired = await check.RepairAsync();
            foreach (var line in repaired)
                Report($"fsck repairs {line}");
            // What was answered with UNAVAILABLE for lack of replicas is written all the same, and nobody was notified: sessions see it when
            // they start.
            if (repaired.Count > 0 || options.WaitReplicas > 0)
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
        return (sent, streams.Count, users.Sum(user => user.Requests), violations);
    }

    /// <summary>Creates users and groups. The first users own a group each and never leave it, so that no group is ever empty.</summary>
    private async Task<(List<ChaosUser> Users, string[] Groups)> CreateUsersAsync(ChaosSystem system, int round, int seed, SentMessages sent, Violations violations)
    {
        var groups = Enumerable.Range(0, options.Groups).Select(i => $"round{round}group{i}").ToArray();
        var users = new List<ChaosUser>();
        for (var i = 0; i < options.Users; i++)
        {
            var login = await system.NewUserAsync($"round{round}user{i}");
            var user = new ChaosUser(system, login, i < groups.Length ? groups[i] : "", sent, violations, seed + 10 + i);
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

    private static async Task SaveArtifactsAsync(ChaosSystem system, string folder, ChaosResult result)
    {
        Directory.CreateDirectory(folder);
        await File.WriteAllLinesAsync(Path.Combine(folder, "violations.txt"), result.Violations.Select(violation => violation.ToString()));
        await system.Mas.SaveLogsAsync(folder);
        foreach (var node in system.Redis.Nodes)
        {
            await File.WriteAllLinesAsync(Path.Combine(folder, $"redis-{node.Port}.log"), node.Log);
            await RedisCli.SaveAsync(node.Port, Path.Combine(folder, $"redis-{node.Port}.rdb"));
        }
    }

    private void Report(string text) => Report(ChaosLineKind.Step, text);

    private void Report(ChaosLineKind kind, string text)
    {
        var at = _clock.Elapsed;
        report(new ChaosLine(at, $"{at:mm\\:ss\\.f} {text}", kind));
    }
}

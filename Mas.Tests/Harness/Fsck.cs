namespace Mas.Tests.Harness;

/// <summary>Checks a keyspace against the schema with the operators' own script, <c>scripts/lua/fsck.lua</c>.</summary>
public static class Fsck
{
    private static readonly TimeSpan StepsUnderWay = TimeSpan.FromSeconds(15);

    /// <summary>
    /// Fails when fsck still finds something after a while. At once it may: a step of MAS's own that is under way, such as a
    /// window that is being made, looks like a finding for a moment.
    /// </summary>
    public static Task AssertCleanAsync(TestRedis redis) => Eventually.PassesAsync(async () =>
    {
        var findings = await RunAsync(redis);
        Assert.True(findings.Count == 0, "fsck finds:\n" + string.Join('\n', findings));
    }, StepsUnderWay);

    /// <summary>What fsck finds now.</summary>
    public static async Task<List<FsckFinding>> RunAsync(TestRedis redis, bool repair = false)
    {
        if (redis.Endpoint.Contains(','))
            return await RunByMasctlAsync(redis, repair);
        var rows = await RedisCli.EvalAsync(redis, "fsck", repair ? ["repair"] : []);
        return rows.ConvertAll(row => new FsckFinding(row[0], row[1], row[2], row[3] == "yes", row[4]));
    }

    /// <summary>Mends what is safe to mend, as an operator does.</summary>
    /// <returns>What was mended: the kind, and the command.</returns>
    public static async Task<IReadOnlyList<string>> MendAsync(TestRedis redis)
    {
        const string Mending = "mending ";
        var run = await MasCtlRun.RunAsync(redis.Endpoint, null, "fsck", "--repair", "--json");
        return [.. run.Notes.Split('\n').Where(line => line.StartsWith(Mending, StringComparison.Ordinal)).Select(line => line[Mending.Length..])];
    }

    private static async Task<List<FsckFinding>> RunByMasctlAsync(TestRedis redis, bool repair)
    {
        var run = await MasCtlRun.RunAsync(redis.Endpoint, null, repair ? ["fsck", "--repair", "--json"] : ["fsck", "--json"]);
        return run.Rows.ConvertAll(row => new FsckFinding(
            (string)row["kind"]!, (string)row["key"]!, (string)row["detail"]!, (string?)row["safe"] == "yes", (string)row["command"]!));
    }
}

/// <summary>A row of fsck.</summary>
/// <param name="Kind">What kind of finding.</param>
/// <param name="Key">The key.</param>
/// <param name="Detail">What is wrong with it.</param>
/// <param name="IsSafe">Whether <c>--repair</c> mends it.</param>
/// <param name="Command">What mends it; empty when that takes a decision.</param>
public sealed record FsckFinding(string Kind, string Key, string Detail, bool IsSafe, string Command);

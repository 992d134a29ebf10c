namespace Mas.Tests.Chaos;

public sealed class ChaosTests
{
    /// <summary>One short round; scripts/chaos runs many long ones.</summary>
    [Fact]
    public async Task ChaosRun_OneRound_KeepsAllPromises()
    {
        var lines = new List<string>();
        var run = new ChaosRun(new ChaosOptions { Seed = 20261, Duration = TimeSpan.Zero, RoundDuration = TimeSpan.FromSeconds(10), Users = 8, Groups = 4 }, line =>
        {
            lock (lines)
                lines.Add(line.Text);
        });

        var result = await run.RunAsync();

        Assert.True(result.Violations.Count == 0, string.Join('\n', [.. lines, .. result.Violations.Select(violation => violation.ToString())]));
        Assert.True(result.Acknowledged > 50 && result.Faults >= 3, $"hardly anything happened: {result}");
    }
}

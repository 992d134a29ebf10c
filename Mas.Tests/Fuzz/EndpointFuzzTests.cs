using System.Globalization;
using Mas.Tests.EndToEnd;
using Mas.Tests.Harness;

namespace Mas.Tests.Fuzz;

/// <summary>
/// Spoilt requests against a real server and worker. <c>MAS_FUZZ_FRAMES</c> says how many, <c>MAS_FUZZ_SEED</c> with which seed.
/// </summary>
public sealed class EndpointFuzzTests
{
    private const int Attackers = 8;

    /// <summary>
    /// What the server's managed heap may hold (DOTNET_GCHeapHardLimit). Memory is flat when any number of frames fits into it:
    /// a server that kept half a kilobyte of each would die of it.
    /// </summary>
    private const int HeapLimit = 64 * 1024 * 1024;

    [Fact]
    public async Task SpoiltFrames_OfManySessions_AreAnsweredWithStableCodesAndTellNoSecret()
    {
        var frames = Number("MAS_FUZZ_FRAMES", 100_000);
        var seed = Number("MAS_FUZZ_SEED", 20262);
        await using var mas = await MasSystem.StartAsync(new MasSystemOptions
        {
            IdleTimeoutSeconds = 5,
            HeapLimitBytes = HeapLimit,
            Settings = new Dictionary<string, string> { ["Limits:WindowsPerUser"] = "12", ["Limits:SettingsPerUser"] = "30", ["History:MaxMessages"] = "200" },
        });
        var victims = await FuzzVictims.PlantAsync(mas);
        await (await mas.NewClientAsync("host")).CreateAsync("open");
        var hidden = Hidden(victims);

        var attackers = Enumerable.Range(0, Attackers).Select(i => new FuzzAttacker(mas, victims, i, seed + i)).ToArray();
        await Task.WhenAll(attackers.Select(attacker => attacker.RunAsync(frames / Attackers)));

        // Both the handlers and what ends a session were reached.
        var answers = attackers.SelectMany(attacker => attacker.Answers).ToLookup(answer => answer.Key, answer => answer.Value);
        foreach (var reached in new[] { "OK", "ERROR", "PARAMETER_MISSING", "PARAMETER_INVALID", "UNKNOWN_REQUEST", "NOT_FOUND", "NO_PERMISSION", "INCORRECT_PASSWORD", "TOO_LARGE", "PROTOCOL_ERROR" })
            Assert.True(answers[reached].Sum() > 0, $"no answer was {reached}");
        // Nobody else's things were changed either.
        Assert.Equal(hidden, Hidden(victims));
        // What the attackers asked for last may be on its way to her still.
        await Eventually.PassesAsync(() => RedisTruth.AssertEqualsAsync(mas.Redis.Database, victims.Ann, newestOnly: true));
        foreach (var process in mas.Servers.Concat(mas.Loopbacks))
        {
            Assert.False(process.Process.HasExited, process.Process.LogTail);
            Assert.DoesNotContain(process.Log, line => line.Contains(" fail: ", StringComparison.Ordinal) || line.Contains(" crit: ", StringComparison.Ordinal) || line.Contains("Unhandled", StringComparison.Ordinal));
        }
        Assert.Empty(mas.Redis.Keys("inbox:*:dead"));
        // Sessions that are over leave nothing: the victims' and the host's remain.
        await Eventually.HoldsAsync(() => mas.Redis.Keys("sessionknownuserids:*").Count == 3, "the attackers' sessions are gone");
        await Fsck.AssertCleanAsync(mas.Redis);
    }

    /// <summary>The victims' windows without the one-on-ones that anybody may open with them.</summary>
    private static string Hidden(FuzzVictims victims) => string.Join('\n', new[] { victims.Ann, victims.Ben }.Select(victim => victim.Read(view => string.Join('\n', view.Windows.Values
        .Where(window => window.Type == "group" || window.PeerId == victims.Ann.UserId || window.PeerId == victims.Ben.UserId)
        .Select(window => Client.ViewDump.Window(window).ToString())))));

    private static int Number(string variable, int otherwise) =>
        Environment.GetEnvironmentVariable(variable) is { Length: > 0 } text ? int.Parse(text, CultureInfo.InvariantCulture) : otherwise;
}

using System.Globalization;
using System.Net;
using Mas.Tests.Client;
using Mas.Tests.EndToEnd;
using Mas.Tests.Harness;

namespace Mas.Tests.Fuzz;

/// <summary>
/// Spoilt HTTP calls against a real server: accounts, logins, tickets, resets, the operators' page, files. <c>MAS_FUZZ_CALLS</c>
/// says how many, <c>MAS_FUZZ_SEED</c> with which seed.
/// </summary>
public sealed class HttpFuzzTests
{
    private const int Attackers = 4;

    /// <summary>As for frames: memory is flat when any number of calls fits into it.</summary>
    private const int HeapLimit = 64 * 1024 * 1024;

    [Fact]
    public async Task SpoiltCalls_OfUsersAndAnOperator_AreAnsweredWithoutErrorsAndTellNoSecret()
    {
        var calls = Number("MAS_FUZZ_CALLS", 8_000);
        var seed = Number("MAS_FUZZ_SEED", 20263);
        await using var mas = await MasSystem.StartAsync(new MasSystemOptions { HeapLimitBytes = HeapLimit });
        var victims = await FuzzVictims.PlantAsync(mas);
        var before = await AccountsAsync(mas, victims);
        var logins = new List<MasLogin>();
        for (var i = 0; i < Attackers; i++)
            logins.Add(await mas.NewUserAsync($"caller{i}"));
        // One of them may use the operators' page, so that its handlers are reached too; it asks for nobody's things.
        await mas.Redis.Database.SetAddAsync($"userpermissions:{logins[0].UserId}", "admin");

        var attackers = logins.Select((login, i) => new HttpAttacker(mas, victims, login, seed + i)).ToArray();
        await Task.WhenAll(attackers.Select(attacker => attacker.RunAsync(calls / Attackers)));

        var answers = attackers.SelectMany(attacker => attacker.Answers).ToLookup(answer => answer.Key, answer => answer.Value);
        foreach (var (path, status) in new[]
        {
            ("/api/register", 200), ("/api/register", 400), ("/api/register", 409), ("/api/login", 200), ("/api/login", 401), ("/api/logout", 200), ("/api/ticket", 200), ("/api/ticket", 401),
            ("/api/forgot-password", 200), ("/api/forgot-password", 400), ("/api/reset-password", 400), ("/admin/api/run", 401), ("/admin/api/run", 403), ("/admin/api/run", 200), ("/admin/api/run", 422),
            ("/ws", 426),
        })
            Assert.True(answers[(path, (HttpStatusCode)status)].Sum() > 0, $"{path} never answered {status}");
        // The victims' accounts are what they were, and let them in.
        Assert.Equal(before, await AccountsAsync(mas, victims));
        using var http = new MasHttp(mas.Address);
        Assert.Equal(HttpStatusCode.OK, (await http.PostAsync("/api/ticket", null, victims.Ann.Login.Cookie)).Status);
        await http.LoginAsync(victims.Ben.Login.Nick, victims.Ben.Login.Email, victims.Ben.Login.Password);
        foreach (var process in mas.Servers.Concat(mas.Loopbacks))
        {
            Assert.False(process.Process.HasExited, process.Process.LogTail);
            Assert.DoesNotContain(process.Log, line => line.Contains(" fail: ", StringComparison.Ordinal) || line.Contains(" crit: ", StringComparison.Ordinal) || line.Contains("Unhandled", StringComparison.Ordinal));
        }
        Assert.Empty(mas.Redis.Keys("inbox:*:dead"));
        foreach (var attacker in attackers)
            attacker.Dispose();
        await Fsck.AssertCleanAsync(mas.Redis);
    }

    private static async Task<string> AccountsAsync(MasSystem mas, FuzzVictims victims)
    {
        var records = await Task.WhenAll(new[] { victims.Ann, victims.Ben }.Select(victim => mas.Redis.Database.HashAsync($"user:{victim.UserId}")));
        return string.Join('\n', records.SelectMany(record => record).OrderBy(field => field.Key, StringComparer.Ordinal).Select(field => $"{field.Key} {field.Value}"));
    }

    private static int Number(string variable, int otherwise) =>
        Environment.GetEnvironmentVariable(variable) is { Length: > 0 } text ? int.Parse(text, CultureInfo.InvariantCulture) : otherwise;
}

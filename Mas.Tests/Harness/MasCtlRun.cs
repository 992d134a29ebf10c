using System.Diagnostics;
using Newtonsoft.Json.Linq;

namespace Mas.Tests.Harness;

/// <summary>What a run of scripts/masctl said.</summary>
/// <param name="ExitCode">Its exit code.</param>
/// <param name="Output">Standard output.</param>
/// <param name="Notes">Standard error.</param>
public sealed record MasCtlRun(int ExitCode, string Output, string Notes)
{
    /// <summary>The rows of a run with <c>--json</c>.</summary>
    public List<JObject> Rows => [.. JArray.Parse(Output).Cast<JObject>()];

    /// <summary>Runs the real program as an operator or a cron job does, without a terminal.</summary>
    public static async Task<MasCtlRun> RunAsync(string endpoint, string? input, params string[] arguments)
    {
        var start = new ProcessStartInfo(Path.Combine(BuildOutput.Root, "scripts", "masctl"), arguments)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment["MAS_Redis__Endpoint"] = endpoint;
        start.Environment["MAS_Accounts__PasswordRounds"] = "1000";
        using var process = Process.Start(start)!;
        await process.StandardInput.WriteAsync(input ?? "");
        process.StandardInput.Close();
        var output = process.StandardOutput.ReadToEndAsync();
        var notes = process.StandardError.ReadToEndAsync();
        using var deadline = new CancellationTokenSource(TimeSpan.FromMinutes(2));
        await process.WaitForExitAsync(deadline.Token);
        return new MasCtlRun(process.ExitCode, await output, await notes);
    }
}

using System.CommandLine;
using Mas.Core.Operator;
using Mas.Core.Redis;
using Microsoft.Extensions.Logging.Abstractions;
using Spectre.Console;

namespace Mas.Server.Operator;

/// <summary>One run of a command, with Redis connected.</summary>
/// <param name="Arguments">What was asked for.</param>
/// <param name="Redis">The Redis that the settings name.</param>
/// <param name="Scripts">Runs the operators' scripts there.</param>
/// <param name="Stopping">Ctrl-C and SIGTERM.</param>
internal sealed record CtlRun(ParseResult Arguments, RedisConnection Redis, AdminScriptRunner Scripts, CancellationToken Stopping)
{
    internal bool IsJson => Arguments.GetValue(CtlOptions.Json);

    internal void Print(string[] columns, IReadOnlyList<string[]> rows) => CtlOutput.Print(Terminal.Output, columns, rows, IsJson);

    /// <summary>Asks before a command that destroys or disturbs, unless <c>--yes</c> was given.</summary>
    internal async Task<bool> IsConfirmedAsync(string command, string consequence)
    {
        if (Arguments.GetValue(CtlOptions.Yes))
            return true;
        if (Console.IsInputRedirected)
        {
            CtlRunner.Fail($"{command} {consequence}. Add --yes to run it without a question.");
            return false;
        }
        Terminal.Error.Write(new Text($"masctl {command}: {consequence}. Continue? [y/N] "));
        return (await Console.In.ReadLineAsync(Stopping))?.Trim() is "y" or "Y" or "yes";
    }
}

/// <summary>Connects a command to Redis, records what it changes, and turns failures into messages and exit codes.</summary>
/// <param name="settings">Settings of the command line, such as <c>--Redis:Endpoint=HOST:PORT</c>.</param>
internal sealed class CtlRunner(string[] settings)
{
    private static readonly TimeSpan RedisAnswersWithin = TimeSpan.FromSeconds(5);

    internal string[] Settings => settings;

    /// <summary>Runs a command.</summary>
    /// <param name="arguments">The parsed command line.</param>
    /// <param name="audited">What goes to the audit log: the command's name and arguments; null for a command that changes nothing.</param>
    /// <param name="runAsync">The command; its result is the exit code.</param>
    /// <param name="stopping">Ctrl-C and SIGTERM.</param>
    internal async Task<int> RunAsync(
        ParseResult arguments, (string Command, IReadOnlyList<string> Arguments)? audited, Func<CtlRun, Task<int>> runAsync, CancellationToken stopping)
    {
        try
        {
            await using var redis = await ConnectAsync(stopping);
            var run = new CtlRun(arguments, redis, new AdminScriptRunner(redis), stopping);
            return audited is { } what ? await new CtlAudit(redis).RecordAsync(what.Command, what.Arguments, () => runAsync(run)) : await runAsync(run);
        }
        catch (AdminScriptException e)
        {
            return Fail(e.Message);
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
            return Fail("Interrupted. What was done before stays.");
        }
        catch (OperationCanceledException)
        {
            return Fail("Redis does not answer. Set its address with MAS_Redis__Endpoint or --Redis:Endpoint=HOST:PORT.");
        }
        catch (Exception e) when (RedisErrors.IsAway(e) || e is IOException or InvalidDataException or UnauthorizedAccessException)
        {
            return Fail(e.Message);
        }
    }

    internal static int Fail(string problem, int code = CtlExitCode.Refused)
    {
        Terminal.Error.Profile.Out.Writer.WriteLine($"masctl: {problem}");
        return code;
    }

    private async Task<RedisConnection> ConnectAsync(CancellationToken stopping)
    {
        var options = new ConfigurationBuilder()
            .AddJsonFile(Path.Combine(AppContext.BaseDirectory, "appsettings.json"), optional: true)
            .AddEnvironmentVariables("MAS_")
            .AddCommandLine(settings)
            .Build().GetSection("Redis").Get<RedisOptions>() ?? new();
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(stopping);
        deadline.CancelAfter(RedisAnswersWithin);
        return await RedisConnection.ConnectAsync(options, NullLogger.Instance, deadline.Token);
    }
}

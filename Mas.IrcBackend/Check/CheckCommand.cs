using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;
using System.Runtime.InteropServices;
using Mas.IrcBackend.Connections;

namespace Mas.IrcBackend.Check;

/// <summary>
/// The subcommand with which operators check a network's settings before they offer it: no Redis, no browser, the
/// connection of production.
/// </summary>
internal static class CheckCommand
{
    /// <summary>The subcommand's name.</summary>
    internal const string Name = "check";

    private const int HelpWidthInFiles = 120;

    private static readonly Option<FileInfo> Config = new("--config")
    {
        Description = "Settings in JSON: the section Irc (StateFile, Networks), or a file that holds it.",
        HelpName = "FILE",
        Required = true,
    };

    private static readonly Option<string> Network = new("--network") { Description = "Which of Irc.Networks.", HelpName = "NAME", Required = true };

    private static readonly Option<FileInfo> Account = new("--account")
    {
        Description = "A user's credentials in JSON: Nick, User, RealName, and Sasl with Mechanism, Account, Password, Key (PEM).",
        HelpName = "FILE",
        Required = true,
    };

    private static readonly Option<bool> Hold = new("--hold") { Description = "Stay connected and reconnect, as production does, until SIGTERM." };

    private static readonly Option<bool> Json = new("--json") { Description = "Print a JSON object for each line: type (sent, received, note or result) and text." };

    /// <summary>Runs it until the result is known, or with <c>--hold</c> until SIGTERM or SIGINT.</summary>
    /// <param name="arguments">The arguments behind the name.</param>
    /// <returns>A number of <see cref="ExitCode"/>.</returns>
    internal static async Task<int> RunAsync(IReadOnlyList<string> arguments)
    {
        var command = new Command(Name, "Connects to an IRC network exactly as production does, without Redis, and prints what goes over the connection. Secrets are left out.")
        {
            Config, Network, Account, Hold, Json,
        };
        var help = new HelpOption("--help", "-h") { Description = "Show this help." };
        var usual = (HelpAction)help.Action!;
        if (Console.IsOutputRedirected)
            usual.MaxWidth = HelpWidthInFiles;
        help.Action = new HelpWithExitCodes(usual);
        command.Options.Add(help);
        command.SetAction(RunAsync);
        var result = command.Parse(arguments);
        if (result.Errors.Count > 0)
        {
            await Console.Error.WriteLineAsync($"check: {result.Errors[0].Message} See Mas.IrcBackend check --help.");
            return (int)ExitCode.Usage;
        }
        return await result.InvokeAsync(new InvocationConfiguration { EnableDefaultExceptionHandler = false, ProcessTerminationTimeout = null });
    }

    private static async Task<int> RunAsync(ParseResult result)
    {
        using var stop = new CancellationTokenSource();
        void Stop(PosixSignalContext signal)
        {
            signal.Cancel = true;
            stop.Cancel();
        }
        using var onTerm = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Stop);
        using var onInt = PosixSignalRegistration.Create(PosixSignal.SIGINT, Stop);
        try
        {
            return (int)await CheckAsync(result, stop);
        }
        catch (Exception e) when (e is IrcSettingsException or IOException or InvalidDataException or UnauthorizedAccessException)
        {
            await Console.Error.WriteLineAsync(e.InnerException is null ? e.Message : $"{e.Message} {e.InnerException.Message}");
            return (int)ExitCode.Usage;
        }
    }

    private static async Task<ExitCode> CheckAsync(ParseResult result, CancellationTokenSource stop)
    {
        var config = result.GetRequiredValue(Config);
        var settings = IrcSettingsReader.Read(Section(ReadJson(config)));
        if (!settings.Networks.TryGetValue(result.GetRequiredValue(Network), out var network))
        {
            throw new IrcSettingsException($"{config} has no network \"{result.GetValue(Network)}\".");
        }
        var account = IrcAccount.Read(ReadJson(result.GetRequiredValue(Account)));
        var hold = result.GetValue(Hold);
        var stopped = new TaskCompletionSource();
        await using var onStop = stop.Token.Register(stopped.SetResult);
        using var logging = LoggerFactory.Create(builder => builder.AddConsole(console => console.LogToStandardErrorThreshold = LogLevel.Trace));
        var time = TimeProvider.System;
        var context = new NetworkContext(
            network, new ConnectRate(network.ConnectsPerMinute, time), new StsPolicies(settings.StateFile, time, logging.CreateLogger<StsPolicies>()), time);
        var output = new CheckOutput(Console.Out, result.GetValue(Json));
        var transcript = new CheckTranscript(output, TranscriptRedactor.For(network, account), hold ? () => { } : stop.Cancel);

        await new ReconnectingConnection(context, account, transcript).RunAsync("check done", stop.Token);
        if (hold && !stop.IsCancellationRequested)
        {
            // The server has refused us for good; production would stay away from it, and so does this.
            await stopped.Task;
        }
        await output.PrintResultAsync(transcript.Result);
        return transcript.Result;
    }

    private static IConfigurationRoot ReadJson(FileInfo file) =>
        new ConfigurationBuilder().AddJsonFile(file.FullName, optional: false, reloadOnChange: false).Build();

    // The file may be the section itself or settings that hold it.
    private static IConfiguration Section(IConfigurationRoot root) =>
        root.GetSection("Irc") is { } section && section.Exists() ? section : root;

    private sealed class HelpWithExitCodes(HelpAction usual) : SynchronousCommandLineAction
    {
        private const string ExitCodes = """
            Exit codes:
               0  Registered, and logged in where the account has Sasl.
               2  The command line or a file is wrong.
               3  Unreachable: no TCP connection to any of the servers.
               4  TLS refused: no TLS, or not the certificate that the settings ask for.
               5  SASL failed, whether or not the server lets us in without it.
               6  Banned.
               7  Time-out: TLS handshake (15 s), registration (60 s), write (10 s) or PING.
               8  Refused: the server wants another password or an account, or accepts none of the nicks.
               9  The server closed the connection before the registration was complete.
              10  Stopped before anything was known.
            With --hold, the code is that of the last of these that happened before SIGTERM.

            """;

        public override bool ClearsParseErrors => true;

        public override int Invoke(ParseResult parseResult)
        {
            usual.Invoke(parseResult);
            parseResult.InvocationConfiguration.Output.WriteLine(ExitCodes);
            return 0;
        }
    }
}

using System.Runtime.InteropServices;
using Mas.IrcBackend.Connections;

namespace Mas.IrcBackend.Check;

/// <summary>
/// The subcommand with which operators check a network's settings before they offer it: no Redis, no browser, the
/// connection of production.
/// </summary>
public static class CheckCommand
{
    /// <summary>The subcommand's name.</summary>
    public const string Name = "check";

    /// <summary>Runs it until it knows, or with <c>--hold</c> until SIGTERM or SIGINT.</summary>
    /// <param name="arguments">The arguments behind the name.</param>
    /// <returns>The exit code.</returns>
    public static async Task<int> RunAsync(IReadOnlyList<string> arguments)
    {
        if (arguments.Contains("--help") || arguments.Contains("-h"))
        {
            Console.WriteLine(CheckOptions.Help);
            return 0;
        }

        if (CheckOptions.Parse(arguments) is not { } options)
        {
            await Console.Error.WriteLineAsync(CheckOptions.Help);
            return (int)ExitCode.Usage;
        }

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
            return (int)await CheckAsync(options, stop);
        }
        catch (Exception e) when (e is IrcSettingsException or IOException or InvalidDataException or UnauthorizedAccessException)
        {
            await Console.Error.WriteLineAsync(e.InnerException is null ? e.Message : $"{e.Message} {e.InnerException.Message}");
            return (int)ExitCode.Usage;
        }
    }

    private static async Task<ExitCode> CheckAsync(CheckOptions options, CancellationTokenSource stop)
    {
        var settings = IrcSettingsReader.Read(Section(ReadJson(options.Config)));
        if (!settings.Networks.TryGetValue(options.Network, out var network))
        {
            throw new IrcSettingsException($"{options.Config} has no network \"{options.Network}\".");
        }

        var account = IrcAccount.Read(ReadJson(options.Account));
        var stopped = new TaskCompletionSource();
        await using var onStop = stop.Token.Register(stopped.SetResult);
        using var logging = LoggerFactory.Create(builder => builder.AddConsole(console => console.LogToStandardErrorThreshold = LogLevel.Trace));
        var time = TimeProvider.System;
        var context = new NetworkContext(
            network, new ConnectRate(network.ConnectsPerMinute, time), new StsPolicies(settings.StateFile, time, logging.CreateLogger<StsPolicies>()), time);
        var transcript = new CheckTranscript(Console.Out, TranscriptRedactor.For(network, account), options.Hold ? () => { } : stop.Cancel);

        await new NetworkLink(context, account, transcript).RunAsync("check done", stop.Token);
        if (options.Hold && !stop.IsCancellationRequested)
        {
            // The server has said something final; production would stay away from it, and so do we.
            await stopped.Task;
        }

        Console.WriteLine($"== {transcript.Result}");
        return transcript.Result;
    }

    private static IConfigurationRoot ReadJson(string file) =>
        new ConfigurationBuilder().AddJsonFile(Path.GetFullPath(file), optional: false, reloadOnChange: false).Build();

    // The file may be the section itself or settings that hold it.
    private static IConfiguration Section(IConfigurationRoot root) =>
        root.GetSection("Irc") is { } section && section.Exists() ? section : root;
}

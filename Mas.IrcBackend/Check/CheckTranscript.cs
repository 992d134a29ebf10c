using System.Globalization;
using Mas.IrcBackend.Connections;
using Mas.IrcBackend.Protocol.Session;

namespace Mas.IrcBackend.Check;

/// <summary>Follows a connection for <c>check</c>: prints what goes over it, without secrets, and keeps the result.</summary>
/// <param name="output">Where it is printed.</param>
/// <param name="redactor">Removes the secrets.</param>
/// <param name="decided">Called at each registration or failure: the check is over then, unless it holds the connection.</param>
internal sealed class CheckTranscript(CheckOutput output, TranscriptRedactor redactor, Action decided) : IConnectionObserver
{
    private bool _loginFailed;

    /// <summary>The result so far.</summary>
    internal ExitCode Result { get; private set; } = ExitCode.Stopped;

    /// <inheritdoc/>
    public async ValueTask ConnectingAsync(ServerAddress server, long generation, CancellationToken stop)
    {
        _loginFailed = false;
        await NoteAsync($"connection {generation.ToString(CultureInfo.InvariantCulture)}: connecting to {server}");
    }

    /// <inheritdoc/>
    public ValueTask ReceivedAsync(string line, bool isForwarded, CancellationToken stop) => output.PrintReceivedAsync(redactor.Redact(line));

    /// <inheritdoc/>
    public ValueTask SentAsync(string line, CancellationToken stop) => output.PrintSentAsync(redactor.Redact(line));

    /// <inheritdoc/>
    public async ValueTask HappenedAsync(SessionEvent what, CancellationToken stop)
    {
        switch (what)
        {
            case SessionEvent.Welcomed welcomed:
                await NoteAsync($"welcome, our nick is {welcomed.Nick}");
                break;
            case SessionEvent.Registered registered:
                var capabilities = string.Join(' ', registered.Summary.Capabilities.Keys.Order(StringComparer.Ordinal));
                await NoteAsync($"registered as {registered.Summary.Nick} with {registered.Summary.Server}; capabilities: {capabilities}");
                Decide(_loginFailed ? ExitCode.SaslFailed : ExitCode.Registered);
                break;
            case SessionEvent.NickChanged changed:
                await NoteAsync($"our nick is {changed.Nick}");
                break;
            case SessionEvent.LoggedIn:
                await NoteAsync("login succeeded");
                break;
            case SessionEvent.LoginFailed failed:
                await NoteAsync($"login failed: {redactor.Redact(failed.Reason)}{(failed.FallsBack ? "; identifying to the service instead" : "")}");
                if (!failed.FallsBack)
                {
                    _loginFailed = true;
                    Decide(ExitCode.SaslFailed);
                }
                break;
            case SessionEvent.StsAnnounced sts:
                await NoteAsync($"STS policy for {sts.Duration.TotalSeconds.ToString(CultureInfo.InvariantCulture)} s");
                break;
            case SessionEvent.SummaryChanged:
                await NoteAsync("capabilities or server features changed");
                break;
        }
    }

    /// <inheritdoc/>
    public async ValueTask EndedAsync(ConnectionOutcome outcome, NextAttempt next, CancellationToken stop)
    {
        var goesOn = next.Step switch
        {
            NextStep.Upgrade => "coming back over TLS",
            NextStep.NextServer => "trying the next server",
            NextStep.AfterPause => $"next attempt in {next.Pause.TotalSeconds.ToString("0.0", CultureInfo.InvariantCulture)} s",
            _ => "no further attempt",
        };
        await NoteAsync($"ended ({outcome.Kind}): {redactor.Redact(outcome.Detail)}; {goesOn}");
        if (next.Step is NextStep.AfterPause || (next.Step is NextStep.None && outcome.Kind != OutcomeKind.Stopped))
            Decide(_loginFailed ? ExitCode.SaslFailed : ExitCodes.Of(outcome));
    }

    private void Decide(ExitCode result)
    {
        Result = result;
        decided();
    }

    private ValueTask NoteAsync(string text) => output.PrintNoteAsync(text);
}

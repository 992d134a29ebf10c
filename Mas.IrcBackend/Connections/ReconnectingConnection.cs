using Mas.IrcBackend.Protocol;
using Mas.IrcBackend.Protocol.Session;

namespace Mas.IrcBackend.Connections;

/// <summary>What the connections to one network share.</summary>
/// <param name="Settings">The network.</param>
/// <param name="Rate">Limits how fast connections start.</param>
/// <param name="Sts">The STS policies of its hosts.</param>
/// <param name="Time">The clock.</param>
internal sealed record NetworkContext(NetworkSettings Settings, ConnectRate Rate, StsPolicies Sts, TimeProvider Time);

/// <summary>
/// Keeps one user connected to one network: at most one connection at any time, made again for as long as it is wanted, with the
/// servers in turn and growing pauses. Production and <c>check</c> use the same code.
/// </summary>
/// <param name="network">The network.</param>
/// <param name="account">The account.</param>
/// <param name="observer">Gets lines and events.</param>
internal sealed class ReconnectingConnection(NetworkContext network, IrcAccount account, IConnectionObserver observer)
{
    private readonly ReconnectBackoff _backoff = new(network.Settings.ReconnectSteps);
    private readonly ServerTransport _transport = new(network.Time);
    private IrcConnection? _connection;
    private string _wantedNick = account.Nick;
    private int? _nickLength;
    private int _turn;

    /// <summary>The number of the present connection, from 1.</summary>
    internal long Generation { get; private set; }

    /// <summary>The retries since the last stable connection.</summary>
    internal int Retries => _backoff.Retries;

    /// <summary>Sends lines over the connection, as its budget allows; false when there is none.</summary>
    internal bool TrySend(IReadOnlyList<string> lines)
    {
        if (Volatile.Read(ref _connection) is not { } connection)
            return false;
        connection.Send(lines);
        return true;
    }

    /// <summary>
    /// Keeps the user connected until <paramref name="stop"/>, or until a terminal outcome
    /// (<see cref="ConnectionOutcome.IsTerminal"/>).
    /// </summary>
    /// <param name="quitReason">What others see when it ends.</param>
    /// <param name="stop">Ends it.</param>
    /// <returns>The last outcome.</returns>
    internal async Task<ConnectionOutcome> RunAsync(string quitReason, CancellationToken stop)
    {
        var servers = network.Settings.Servers;
        ServerAddress? upgraded = null;
        var inRound = 0;
        while (true)
        {
            var server = upgraded ?? WithPolicy(servers[_turn % servers.Count]);
            var (outcome, registered) = await AttemptAsync(server, quitReason, stop);
            if (stop.IsCancellationRequested && !outcome.IsTerminal)
            {
                // It broke while it was being stopped: another worker may connect again.
                outcome = new ConnectionOutcome(OutcomeKind.Stopped, "stopped");
            }
            if (outcome.IsTerminal || stop.IsCancellationRequested)
            {
                await observer.EndedAsync(outcome, new NextAttempt(NextStep.None), CancellationToken.None);
                return outcome;
            }
            if (outcome.Kind == OutcomeKind.StsUpgrade)
            {
                upgraded = server with { Port = outcome.StsPort!.Value, UsesTls = true };
                await observer.EndedAsync(outcome, new NextAttempt(NextStep.Upgrade), CancellationToken.None);
                continue;
            }
            upgraded = null;
            _turn++;
            inRound = registered ? servers.Count : inRound + 1;
            var next = new NextAttempt(NextStep.NextServer);
            if (inRound >= servers.Count)
            {
                inRound = 0;
                next = new NextAttempt(NextStep.AfterPause, _backoff.Next(Random.Shared));
            }
            await observer.EndedAsync(outcome, next, CancellationToken.None);
            if (!await PauseAsync(next.Pause, stop))
            {
                // The reason is the stop, not what ended the last connection.
                var stopped = new ConnectionOutcome(OutcomeKind.Stopped, "stopped");
                await observer.EndedAsync(stopped, new NextAttempt(NextStep.None), CancellationToken.None);
                return stopped;
            }
        }
    }

    private ServerAddress WithPolicy(ServerAddress server) =>
        network.Sts.PortOf(server.Host) is { } port && !server.UsesTls ? server with { Port = port, UsesTls = true } : server;

    private async Task<(ConnectionOutcome Outcome, bool Registered)> AttemptAsync(ServerAddress server, string quitReason, CancellationToken stop)
    {
        try
        {
            await network.Rate.WaitAsync(stop);
            Generation++;
            await observer.ConnectingAsync(server, Generation, stop);
            using var certificate = ClientCertificate.From(account.Sasl);
            var opened = await _transport.OpenAsync(server, network.Settings.PinnedSha256, certificate, stop);
            return opened.Stream is { } stream
                ? await ConverseAsync(stream, server, quitReason, stop)
                : (opened.Failure!, false);
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            return (new ConnectionOutcome(OutcomeKind.Stopped, "stopped"), false);
        }
    }

    private async Task<(ConnectionOutcome Outcome, bool Registered)> ConverseAsync(Stream stream, ServerAddress server, string quitReason, CancellationToken stop)
    {
        var session = new ClientSession(Plan(server), network.Time.GetUtcNow());
        var connection = new IrcConnection(stream, session, network.Settings.Charset, network.Time, new StsObserver(observer, network.Sts, server));
        Volatile.Write(ref _connection, connection);
        try
        {
            var outcome = await connection.RunAsync(quitReason, stop);
            if (server.UsesTls)
                network.Sts.Disconnected(server.Host);
            if (session.WelcomedAt is { } welcomed)
            {
                _backoff.Lasted(network.Time.GetUtcNow() - welcomed);
                _wantedNick = session.WantedNick;
                _nickLength = session.Support.NickLength;
            }
            return (outcome, session.WelcomedAt is not null);
        }
        finally
        {
            Volatile.Write(ref _connection, null);
        }
    }

    private RegistrationPlan Plan(ServerAddress server) => new(_wantedNick, network.Settings.Ident ?? account.User, account.RealName)
    {
        ServerPassword = network.Settings.Password,
        Sasl = account.Sasl,
        StopsOnLoginFailure = network.Settings.StopsOnLoginFailure,
        NickServ = network.Settings.NickServ,
        IsSecure = server.UsesTls,
        NickLengthHint = _nickLength,
        Burst = network.Settings.Burst,
        Interval = network.Settings.LineInterval,
    };

    private async Task<bool> PauseAsync(TimeSpan pause, CancellationToken stop)
    {
        try
        {
            await Task.Delay(pause, network.Time, stop);
            return true;
        }
        catch (OperationCanceledException)
        {
            return false;
        }
    }

    /// <summary>Saves announced STS policies and passes everything on.</summary>
    private sealed class StsObserver(IConnectionObserver next, StsPolicies policies, ServerAddress server) : IConnectionObserver
    {
        public ValueTask ConnectingAsync(ServerAddress address, long generation, CancellationToken stop) => next.ConnectingAsync(address, generation, stop);

        public ValueTask ReceivedAsync(string line, bool isForwarded, CancellationToken stop) => next.ReceivedAsync(line, isForwarded, stop);

        public ValueTask SentAsync(string line, CancellationToken stop) => next.SentAsync(line, stop);

        public ValueTask HappenedAsync(SessionEvent what, CancellationToken stop)
        {
            if (what is SessionEvent.StsAnnounced sts)
                policies.Announced(server.Host, server.Port, sts.Duration);
            return next.HappenedAsync(what, stop);
        }

        public ValueTask EndedAsync(ConnectionOutcome outcome, NextAttempt attempt, CancellationToken stop) => next.EndedAsync(outcome, attempt, stop);
    }
}

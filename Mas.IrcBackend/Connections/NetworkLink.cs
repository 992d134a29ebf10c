using Mas.IrcBackend.Protocol;
using Mas.IrcBackend.Protocol.Session;

namespace Mas.IrcBackend.Connections;

/// <summary>What the links of one network share.</summary>
/// <param name="Settings">The network.</param>
/// <param name="Rate">How fast its connections may start.</param>
/// <param name="Sts">The STS policies of its hosts.</param>
/// <param name="Time">The clock.</param>
public sealed record NetworkContext(NetworkSettings Settings, ConnectRate Rate, StsPolicies Sts, TimeProvider Time);

/// <summary>
/// One user's place on one network: at most one connection at any time, made again for as long as it is wanted, with the
/// servers in turn and growing pauses. This is the connection of production and of <c>check</c>.
/// </summary>
/// <param name="network">The network.</param>
/// <param name="account">What it registers with.</param>
/// <param name="observer">Who follows it.</param>
public sealed class NetworkLink(NetworkContext network, IrcAccount account, IConnectionObserver observer)
{
    private readonly ReconnectBackoff _backoff = new(network.Settings.ReconnectSteps);
    private readonly ServerTransport _transport = new(network.Time);
    private IrcConnection? _connection;
    private string _wantedNick = account.Nick;
    private int? _nickLength;
    private int _turn;

    /// <summary>Counts the connections, from 1; it says which of them something belongs to.</summary>
    public long Generation { get; private set; }

    /// <summary>How often it was tried again since the last good connection.</summary>
    public int Retries => _backoff.Retries;

    /// <summary>Sends lines over the connection, as its budget allows; false when there is none.</summary>
    public bool TrySend(IReadOnlyList<string> lines)
    {
        if (Volatile.Read(ref _connection) is not { } connection)
        {
            return false;
        }

        connection.Send(lines);
        return true;
    }

    /// <summary>
    /// Keeps the user connected until <paramref name="stop"/>, or until the server has said something after which trying again
    /// makes no sense.
    /// </summary>
    /// <param name="quitReason">What others see when it ends.</param>
    /// <param name="stop">Ends it.</param>
    /// <returns>The last outcome.</returns>
    public async Task<ConnectionOutcome> RunAsync(string quitReason, CancellationToken stop)
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
                // It broke while it was being ended: no reason not to come back elsewhere.
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
                // It is over because it is not wanted here any more, and not for what ended the last connection.
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
        var connection = new IrcConnection(stream, session, network.Settings.Charset, network.Time, new StsWatch(observer, network.Sts, server));
        Volatile.Write(ref _connection, connection);
        try
        {
            var outcome = await connection.RunAsync(quitReason, stop);
            if (server.UsesTls)
            {
                network.Sts.Disconnected(server.Host);
            }

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

    // Takes down the STS policies that go by, and passes everything on.
    private sealed class StsWatch(IConnectionObserver next, StsPolicies policies, ServerAddress server) : IConnectionObserver
    {
        public ValueTask ConnectingAsync(ServerAddress address, long generation, CancellationToken stop) => next.ConnectingAsync(address, generation, stop);

        public ValueTask ReceivedAsync(string line, bool isForOthers, CancellationToken stop) => next.ReceivedAsync(line, isForOthers, stop);

        public ValueTask SentAsync(string line, CancellationToken stop) => next.SentAsync(line, stop);

        public ValueTask HappenedAsync(SessionEvent what, CancellationToken stop)
        {
            if (what is SessionEvent.StsAnnounced sts)
            {
                policies.Announced(server.Host, server.Port, sts.Duration);
            }

            return next.HappenedAsync(what, stop);
        }

        public ValueTask EndedAsync(ConnectionOutcome outcome, NextAttempt attempt, CancellationToken stop) => next.EndedAsync(outcome, attempt, stop);
    }
}

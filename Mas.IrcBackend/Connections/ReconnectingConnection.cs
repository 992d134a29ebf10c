using Mas.IrcBackend.Protocol;
using Mas.IrcBackend.Protocol.Session;
using Polly;
using Polly.Retry;

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
    private static readonly ConnectionOutcome Stopped = new(OutcomeKind.Stopped, "stopped");

    private readonly ReconnectBackoff _backoff = new(network.Settings.ReconnectSteps);
    private readonly ServerTransport _transport = new(network.Time);
    private IrcConnection? _connection;
    private string _wantedNick = account.Nick;
    private int? _nickLength;
    private ServerAddress? _upgraded;
    private int _turn;
    private int _failedInRound;

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
        ConnectionOutcome outcome;
        try
        {
            var last = await NewPipeline().ExecuteAsync(token => AttemptAsync(quitReason, token), stop);
            // A connection that broke while it was being stopped was stopped: another worker may connect again.
            outcome = stop.IsCancellationRequested && !last.Outcome.IsTerminal ? Stopped : last.Outcome;
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            outcome = Stopped;
        }
        await observer.EndedAsync(outcome, new NextAttempt(NextStep.None), CancellationToken.None);
        return outcome;
    }

    /// <summary>Tries again for ever, until an outcome is terminal. The state of the schedule is this object's.</summary>
    private ResiliencePipeline<Attempt> NewPipeline()
    {
        var next = default(NextAttempt);
        return new ResiliencePipelineBuilder<Attempt> { TimeProvider = network.Time }
            .AddRetry(new RetryStrategyOptions<Attempt>
            {
                MaxRetryAttempts = int.MaxValue,
                ShouldHandle = args => ValueTask.FromResult(args.Outcome.Exception is null && !args.Outcome.Result.Outcome.IsTerminal),
                DelayGenerator = args =>
                {
                    next = NextOf(args.Outcome.Result);
                    return ValueTask.FromResult<TimeSpan?>(next.Pause);
                },
                OnRetry = args => observer.EndedAsync(args.Outcome.Result.Outcome, next, CancellationToken.None),
            })
            .Build();
    }

    /// <summary>The upgrade that the server asks for (STS), or the next server, after a pause when every server has had its turn.</summary>
    private NextAttempt NextOf(Attempt last)
    {
        if (last.Outcome is { Kind: OutcomeKind.StsUpgrade, StsPort: { } port })
        {
            _upgraded = last.Server with { Port = port, UsesTls = true };
            return new NextAttempt(NextStep.Upgrade);
        }
        _upgraded = null;
        _turn++;
        _failedInRound = last.Registered ? network.Settings.Servers.Count : _failedInRound + 1;
        if (_failedInRound < network.Settings.Servers.Count)
            return new NextAttempt(NextStep.NextServer);
        _failedInRound = 0;
        return new NextAttempt(NextStep.AfterPause, _backoff.Next(Random.Shared));
    }

    private ServerAddress WithPolicy(ServerAddress server) =>
        network.Sts.PortOf(server.Host) is { } port && !server.UsesTls ? server with { Port = port, UsesTls = true } : server;

    private async ValueTask<Attempt> AttemptAsync(string quitReason, CancellationToken stop)
    {
        var server = _upgraded ?? WithPolicy(network.Settings.Servers[_turn % network.Settings.Servers.Count]);
        try
        {
            await network.Rate.WaitAsync(stop);
            Generation++;
            await observer.ConnectingAsync(server, Generation, stop);
            using var certificate = ClientCertificate.From(account.Sasl);
            var opened = await _transport.OpenAsync(server, network.Settings.PinnedSha256, certificate, stop);
            return opened.Stream is { } stream
                ? await ConverseAsync(stream, server, quitReason, stop)
                : new Attempt(opened.Failure!, server, Registered: false);
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            return new Attempt(Stopped, server, Registered: false);
        }
    }

    private async Task<Attempt> ConverseAsync(Stream stream, ServerAddress server, string quitReason, CancellationToken stop)
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
            return new Attempt(outcome, server, Registered: session.WelcomedAt is not null);
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

    /// <summary>An attempt that has ended.</summary>
    /// <param name="Outcome">How.</param>
    /// <param name="Server">The server.</param>
    /// <param name="Registered">Whether the server had accepted the registration (001).</param>
    private readonly record struct Attempt(ConnectionOutcome Outcome, ServerAddress Server, bool Registered);

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

using Mas.IrcBackend.Bridge;
using Mas.IrcBackend.Protocol.Session;

namespace Mas.IrcBackend.Connections;

/// <summary>The state of a user's connection to a network.</summary>
internal enum ManagedConnectionState
{
    /// <summary>An attempt is in progress, or waits for the network's rate limit.</summary>
    Connecting,

    /// <summary>The registration is complete.</summary>
    Connected,

    /// <summary>Waiting for the next attempt.</summary>
    Waiting,
}

/// <summary>
/// One user's connection to a network, kept up over reconnects: numbers its connections and their lines, passes lines and events to the
/// parser, and reports lines that were never sent.
/// </summary>
internal sealed class ManagedConnection : IConnectionObserver
{
    private const string QuitReason = "Leaving";

    private readonly ParserProducer _parser;
    private readonly TimeProvider _time;
    private readonly ReconnectingConnection _connection;
    private readonly CancellationTokenSource _stop;
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Lock _lock = new();
    private readonly LinkedList<UnsentLine> _unsent = [];
    private readonly Queue<string> _executed = new();
    private volatile ConnectionLease _lease;
    private bool _isOver;
    private bool _isEnding;
    private bool _isUnwanted;
    private long _generation;
    private long _seq;
    private bool _isOpen;

    internal ManagedConnection(
        UserId user, NetworkContext network, IrcAccount account, ParserProducer parser, ConnectionLease lease, CancellationToken stopping)
    {
        User = user;
        Network = network.Settings.Name;
        _parser = parser;
        _time = network.Time;
        _lease = lease;
        _stop = CancellationTokenSource.CreateLinkedTokenSource(stopping);
        _connection = new ReconnectingConnection(network, account, this);
    }

    internal UserId User { get; }

    internal string Network { get; }

    /// <summary>The lease under which it is held: of the partition to which its user belongs, or did until a moment ago.</summary>
    internal ConnectionLease Lease
    {
        get => _lease;
        set => _lease = value;
    }

    internal ManagedConnectionState State { get; private set; }

    /// <summary>The number of the present connection.</summary>
    internal long Generation => Volatile.Read(ref _generation);

    /// <summary>Whether it is ending or has ended: a new connection has to replace it.</summary>
    internal bool IsEnding
    {
        get
        {
            lock (_lock)
                return _isEnding || _isOver;
        }
    }

    /// <summary>Whether the user has disconnected it.</summary>
    internal bool IsUnwanted
    {
        get
        {
            lock (_lock)
                return _isUnwanted;
        }
    }

    /// <summary>Completes when it has ended for good; not before it has started.</summary>
    internal Task Ended => _ended.Task;

    /// <summary>Starts once <paramref name="before"/>, the connection that it replaces, has ended.</summary>
    internal void Start(Task before, Action<ManagedConnection, ConnectionOutcome> ended) => _ = RunAsync(before, ended);

    /// <summary>Ends it with QUIT.</summary>
    internal void Stop()
    {
        lock (_lock)
        {
            _isEnding = true;
            if (!_isOver)
                _stop.CancelAsync();
        }
    }

    /// <summary>Ends it in order, since its user wants it no more.</summary>
    /// <returns>False when it has ended for another reason.</returns>
    internal bool TryDisconnect()
    {
        lock (_lock)
        {
            if (_isOver)
                return _isUnwanted;
            _isUnwanted = true;
        }
        Stop();
        return true;
    }

    /// <summary>Sends the lines of an order over its generation's connection, each order once.</summary>
    /// <param name="order">The lines.</param>
    /// <param name="redelivered">Whether a former holder of the connections may have sent the lines.</param>
    internal async ValueTask SendAsync(SendOrder order, bool redelivered)
    {
        const int Remembered = 256;
        lock (_lock)
        {
            if (_executed.Contains(order.Rid))
                return;
            _executed.Enqueue(order.Rid);
            if (_executed.Count > Remembered)
                _executed.Dequeue();
            if (_isOpen && order.Generation == _generation)
            {
                foreach (var waiting in UnsentLine.Of(order))
                    _unsent.AddLast(waiting);
                if (_connection.TrySend(order.Lines))
                    return;
                for (var i = 0; i < order.Lines.Count; i++)
                    _unsent.RemoveLast();
            }
        }
        await ReportUnsentAsync(UnsentLine.Of(order), redelivered ? ConnectionEventType.Unsure : ConnectionEventType.Unsent);
        // When this returns, the order is removed, and nothing else remembers the lines.
        await _parser.WhenPushedAsync();
    }

    /// <inheritdoc/>
    public ValueTask ConnectingAsync(ServerAddress server, long generation, CancellationToken stop)
    {
        lock (_lock)
        {
            _generation = _lease.NextGeneration();
            _seq = 0;
            _isOpen = true;
        }
        State = ManagedConnectionState.Connecting;
        return ReportAsync(ConnectionEventType.Connecting, $"Connecting to {server.Host}, port {server.Port}{(server.UsesTls ? ", TLS" : "")}");
    }

    /// <inheritdoc/>
    public ValueTask ReceivedAsync(string line, bool isForwarded, CancellationToken stop)
    {
        if (!isForwarded)
            return ValueTask.CompletedTask;
        var seq = ++_seq;
        return _parser.AddAsync(new LineEntry(Rid(seq), User.Value, Network, _generation, seq, Now, line));
    }

    /// <inheritdoc/>
    public ValueTask SentAsync(string line, CancellationToken stop)
    {
        lock (_lock)
        {
            var node = _unsent.First;
            while (node is not null && !ReferenceEquals(node.Value.SentWith, line))
                node = node.Next;
            while (node is not null && ReferenceEquals(node.Value.SentWith, line))
            {
                var next = node.Next;
                _unsent.Remove(node);
                node = next;
            }
        }
        return ValueTask.CompletedTask;
    }

    /// <inheritdoc/>
    public ValueTask HappenedAsync(SessionEvent what, CancellationToken stop)
    {
        if (what is SessionEvent.Registered)
            State = ManagedConnectionState.Connected;
        return what is SessionEvent.LineRefused refused ? ReportRefusedAsync(refused.Line) : ReportAsync(what);
    }

    private ValueTask ReportAsync(SessionEvent what) => what switch
    {
        SessionEvent.Registered registered => ReportAsync(ConnectionEventType.Registered, nick: registered.Summary.Nick, summary: registered.Summary),
        SessionEvent.SummaryChanged changed => ReportAsync(ConnectionEventType.Changed, nick: changed.Summary.Nick, summary: changed.Summary),
        SessionEvent.NickChanged changed => ReportAsync(ConnectionEventType.Nick, nick: changed.Nick),
        SessionEvent.LoggedIn => ReportAsync(ConnectionEventType.LoggedIn),
        SessionEvent.LoginFailed failed => ReportAsync(ConnectionEventType.LoginFailed, failed.Reason),
        SessionEvent.BatchReceived received => ReportBatchAsync(received.Batch.ToLines()),
        _ => ValueTask.CompletedTask,
    };

    /// <inheritdoc/>
    public async ValueTask EndedAsync(ConnectionOutcome outcome, NextAttempt next, CancellationToken stop)
    {
        UnsentLine[] unsent;
        lock (_lock)
        {
            _isOpen = false;
            unsent = [.. _unsent];
            _unsent.Clear();
        }
        State = next.Step == NextStep.AfterPause ? ManagedConnectionState.Waiting : ManagedConnectionState.Connecting;
        await ReportUnsentAsync(unsent, ConnectionEventType.Unsent);
        var text = next.Step switch
        {
            NextStep.AfterPause => $"{Sentence(outcome)}. Next attempt in {(int)Math.Ceiling(next.Pause.TotalSeconds)} s",
            _ => Sentence(outcome),
        };
        await ReportAsync(ConnectionEventType.Ended, text, isFinal: next.Step == NextStep.None && outcome.Kind != OutcomeKind.Stopped);
    }

    private static string Sentence(ConnectionOutcome outcome) => outcome.Kind switch
    {
        OutcomeKind.Stopped => "Disconnected",
        OutcomeKind.Banned => $"The server has banned this connection: {outcome.Detail}",
        OutcomeKind.Refused => $"The server has refused this connection: {outcome.Detail}",
        OutcomeKind.Unreachable or OutcomeKind.TlsRefused => $"Could not connect: {outcome.Detail}",
        _ => $"Connection ended: {outcome.Detail}",
    };

    private long Now => _time.GetUtcNow().ToUnixTimeMilliseconds();

    private string Rid(long seq) => new LineId(Network, User.Value, _generation, seq).ToString();

    private async Task RunAsync(Task before, Action<ManagedConnection, ConnectionOutcome> ended)
    {
        try
        {
            await before;
            await Task.Yield();
            var outcome = await _connection.RunAsync(QuitReason, _stop.Token);
            lock (_lock)
            {
                _isOver = true;
                _stop.Dispose();
            }
            ended(this, outcome);
            _ended.SetResult();
        }
        catch (Exception e)
        {
            _ended.SetException(e);
        }
    }

    private ValueTask ReportAsync(string what, string? text = null, string? nick = null, RegistrationSummary? summary = null, bool isFinal = false)
    {
        var seq = ++_seq;
        return _parser.AddAsync(new EventEntry(
            Rid(seq), User.Value, Network, _generation, seq, Now, what, text, nick, summary, _connection.Retries, IsFinal: isFinal));
    }

    private ValueTask ReportRefusedAsync(string line)
    {
        lock (_lock)
        {
            var node = _unsent.First;
            while (node is not null && !ReferenceEquals(node.Value.Line, line))
                node = node.Next;
            if (node is null)
                return ValueTask.CompletedTask;
            _unsent.Remove(node);
            return ReportUnsentAsync([node.Value], ConnectionEventType.Crowded);
        }
    }

    private ValueTask ReportBatchAsync(IReadOnlyList<string> lines)
    {
        var seq = _seq + 1;
        _seq += lines.Count;
        return _parser.AddAsync(new BatchEntry(Rid(seq), User.Value, Network, _generation, seq, Now, lines));
    }

    // Without a place in the sequence, since an order may fail at any time. Named by the order, so that it is reported once.
    private async ValueTask ReportUnsentAsync(IEnumerable<UnsentLine> lines, string what)
    {
        foreach (var unsent in lines)
        {
            if (unsent.ConversationId is not null)
            {
                await _parser.AddAsync(new EventEntry(
                    unsent.Rid, User.Value, Network, _generation, 0, Now, what, unsent.Line, ConversationId: unsent.ConversationId));
            }
        }
    }
}

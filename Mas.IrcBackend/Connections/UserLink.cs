using Mas.Core.Model;
using Mas.IrcBackend.Bridge;
using Mas.IrcBackend.Protocol.Session;

namespace Mas.IrcBackend.Connections;

/// <summary>How a user's link to a network stands.</summary>
internal enum LinkState
{
    /// <summary>An attempt is under way, or waits for the network's rate.</summary>
    Connecting,

    /// <summary>The registration is complete.</summary>
    Connected,

    /// <summary>The last attempt failed, or the connection ended; the next one is to come.</summary>
    Waiting,
}

/// <summary>
/// One user's link to a network as the connection manager holds it: numbers its connections and their lines, passes them
/// on, and says which lines were never sent.
/// </summary>
internal sealed class UserLink : IConnectionObserver
{
    private const string QuitReason = "Leaving";

    private readonly ParserUplink _uplink;
    private readonly TimeProvider _time;
    private readonly NetworkLink _link;
    private readonly CancellationTokenSource _stop;
    private readonly Lock _lock = new();
    private readonly LinkedList<Unsent> _unsent = [];
    private readonly Queue<string> _taken = new();
    private volatile LinkLease _under;
    private bool _isOver;
    private bool _isEnding;
    private bool _isUnwanted;
    private long _generation;
    private long _seq;
    private bool _isOpen;

    internal UserLink(
        UserId user, NetworkContext network, IrcAccount account, ParserUplink uplink, LinkLease under, CancellationToken stopping)
    {
        User = user;
        Network = network.Settings.Name;
        _uplink = uplink;
        _time = network.Time;
        _under = under;
        _stop = CancellationTokenSource.CreateLinkedTokenSource(stopping);
        _link = new NetworkLink(network, account, this);
    }

    /// <summary>Whose it is.</summary>
    internal UserId User { get; }

    /// <summary>To which network.</summary>
    internal string Network { get; }

    /// <summary>The lease under which it is held: that of the inbox to which its user belongs now, or did until a moment ago.</summary>
    internal LinkLease Under
    {
        get => _under;
        set => _under = value;
    }

    /// <summary>How it stands.</summary>
    internal LinkState State { get; private set; }

    /// <summary>The number of its newest connection.</summary>
    internal long Generation => Volatile.Read(ref _generation);

    /// <summary>Whether it was told to end, or is over: what is to be connected from now on needs another one.</summary>
    internal bool IsEnding
    {
        get
        {
            lock (_lock)
                return _isEnding || _isOver;
        }
    }

    /// <summary>Whether it ends, or has ended, since its user wants it no more.</summary>
    internal bool IsUnwanted
    {
        get
        {
            lock (_lock)
                return _isUnwanted;
        }
    }

    /// <summary>Completed when it has ended for good.</summary>
    internal Task Ended { get; private set; } = Task.CompletedTask;

    /// <summary>Starts when <paramref name="before"/>, the link that this one replaces, has ended.</summary>
    internal void Start(Task before, Action<UserLink, ConnectionOutcome> ended) => Ended = RunAsync(before, ended);

    /// <summary>Ends it in order.</summary>
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
    /// <returns>False when it is over for another reason.</returns>
    internal bool TryLeave()
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

    /// <summary>Sends lines over the connection of this generation, each order once.</summary>
    /// <param name="order">The lines.</param>
    /// <param name="redelivered">Whether a holder of the connections before this one may have sent them.</param>
    internal async ValueTask SendAsync(SendOrder order, bool redelivered)
    {
        const int Remembered = 256;
        lock (_lock)
        {
            if (_taken.Contains(order.Rid))
                return;
            _taken.Enqueue(order.Rid);
            if (_taken.Count > Remembered)
                _taken.Dequeue();
            if (_isOpen && order.Generation == _generation)
            {
                foreach (var waiting in Unsent.Of(order))
                    _unsent.AddLast(waiting);
                if (_link.TrySend(order.Lines))
                    return;
                for (var i = 0; i < order.Lines.Count; i++)
                    _unsent.RemoveLast();
            }
        }
        await TellUnsentAsync(Unsent.Of(order), redelivered ? LinkEvents.Unsure : LinkEvents.Unsent);
        // With the order the last trace of them goes.
        await _uplink.WhenPushedAsync();
    }

    /// <inheritdoc/>
    public ValueTask ConnectingAsync(ServerAddress server, long generation, CancellationToken stop)
    {
        lock (_lock)
        {
            _generation = _under.NextGeneration();
            _seq = 0;
            _isOpen = true;
        }
        State = LinkState.Connecting;
        return TellAsync(LinkEvents.Connecting, $"Connecting to {server.Host}, port {server.Port}{(server.UsesTls ? ", TLS" : "")}");
    }

    /// <inheritdoc/>
    public ValueTask ReceivedAsync(string line, bool isForOthers, CancellationToken stop)
    {
        if (!isForOthers)
            return ValueTask.CompletedTask;
        var seq = ++_seq;
        return _uplink.AddAsync(new LineEntry(Rid(seq), User.Value, Network, _generation, seq, Now, line));
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
            State = LinkState.Connected;
        return what is SessionEvent.LineRefused refused ? TellRefusedAsync(refused.Line) : TellAsync(what);
    }

    private ValueTask TellAsync(SessionEvent what) => what switch
    {
        SessionEvent.Registered registered => TellAsync(LinkEvents.Registered, nick: registered.Summary.Nick, summary: registered.Summary),
        SessionEvent.SummaryChanged changed => TellAsync(LinkEvents.Changed, nick: changed.Summary.Nick, summary: changed.Summary),
        SessionEvent.NickChanged changed => TellAsync(LinkEvents.Nick, nick: changed.Nick),
        SessionEvent.LoggedIn => TellAsync(LinkEvents.LoggedIn),
        SessionEvent.LoginFailed failed => TellAsync(LinkEvents.LoginFailed, failed.Reason),
        SessionEvent.BatchReceived received => TellBatchAsync(received.Batch.ToLines()),
        _ => ValueTask.CompletedTask,
    };

    /// <inheritdoc/>
    public async ValueTask EndedAsync(ConnectionOutcome outcome, NextAttempt next, CancellationToken stop)
    {
        Unsent[] unsent;
        lock (_lock)
        {
            _isOpen = false;
            unsent = [.. _unsent];
            _unsent.Clear();
        }
        State = next.Step == NextStep.AfterPause ? LinkState.Waiting : LinkState.Connecting;
        await TellUnsentAsync(unsent, LinkEvents.Unsent);
        var text = next.Step switch
        {
            NextStep.AfterPause => $"{Sentence(outcome)}; the next attempt is in {(int)Math.Ceiling(next.Pause.TotalSeconds)} s",
            _ => Sentence(outcome),
        };
        await TellAsync(LinkEvents.Ended, text, isFinal: next.Step == NextStep.None && outcome.Kind != OutcomeKind.Stopped);
    }

    private static string Sentence(ConnectionOutcome outcome) => outcome.Kind switch
    {
        OutcomeKind.Stopped => "Disconnected",
        OutcomeKind.Banned => $"The server has banned this connection: {outcome.Detail}",
        OutcomeKind.Refused => $"The server refuses this connection: {outcome.Detail}",
        _ => $"The connection is over: {outcome.Detail}",
    };

    private long Now => _time.GetUtcNow().ToUnixTimeMilliseconds();

    private string Rid(long seq) => new LineRid(Network, User.Value, _generation, seq).ToString();

    private async Task RunAsync(Task before, Action<UserLink, ConnectionOutcome> ended)
    {
        await before;
        await Task.Yield();
        var outcome = await _link.RunAsync(QuitReason, _stop.Token);
        lock (_lock)
        {
            _isOver = true;
            _stop.Dispose();
        }
        ended(this, outcome);
    }

    private ValueTask TellAsync(string what, string? text = null, string? nick = null, RegistrationSummary? summary = null, bool isFinal = false)
    {
        var seq = ++_seq;
        return _uplink.AddAsync(new EventEntry(
            Rid(seq), User.Value, Network, _generation, seq, Now, what, text, nick, summary, _link.Retries, IsFinal: isFinal));
    }

    private ValueTask TellRefusedAsync(string line)
    {
        lock (_lock)
        {
            var node = _unsent.First;
            while (node is not null && !ReferenceEquals(node.Value.Line, line))
                node = node.Next;
            if (node is null)
                return ValueTask.CompletedTask;
            _unsent.Remove(node);
            return TellUnsentAsync([node.Value], LinkEvents.Crowded);
        }
    }

    private ValueTask TellBatchAsync(IReadOnlyList<string> lines)
    {
        var seq = _seq + 1;
        _seq += lines.Count;
        return _uplink.AddAsync(new BatchEntry(Rid(seq), User.Value, Network, _generation, seq, Now, lines));
    }

    // Without a place in the sequence: an order may fail at any time, beside the loop that counts. Named by the order, so that the
    // same is told once.
    private async ValueTask TellUnsentAsync(IEnumerable<Unsent> lines, string what)
    {
        foreach (var unsent in lines)
        {
            if (unsent.ConversationId is not null)
            {
                await _uplink.AddAsync(new EventEntry(
                    unsent.Rid, User.Value, Network, _generation, 0, Now, what, unsent.Line, ConversationId: unsent.ConversationId));
            }
        }
    }
}

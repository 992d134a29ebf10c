using System.Diagnostics.CodeAnalysis;

namespace Mas.IrcBackend.Protocol.Session;

/// <summary>
/// The client side of one connection, without the socket: takes lines and the time, and gives the lines to send, events, and the
/// outcome. All calls come from one loop.
/// </summary>
internal sealed class ClientSession
{
    /// <summary>The deadline of 001.</summary>
    internal static readonly TimeSpan RegistrationTimeout = TimeSpan.FromSeconds(60);

    /// <summary>How long after 001 the end of the message of the day may take; then the registration counts as complete.</summary>
    internal static readonly TimeSpan WelcomeTimeout = TimeSpan.FromSeconds(10);

    /// <summary>How long the server may take to close the connection after QUIT.</summary>
    internal static readonly TimeSpan QuitTimeout = TimeSpan.FromSeconds(2);

    /// <summary>How long a batch may stay open without a further line; then it is taken as far as it came.</summary>
    internal static readonly TimeSpan BatchTimeout = TimeSpan.FromSeconds(10);

    // More than any reply that is asked for; bounds the memory that a server can take.
    private const int MaxBatchLines = 5000;

    // Over plain text, how long the server's password is held back for an STS policy.
    private static readonly TimeSpan StsTimeout = TimeSpan.FromSeconds(5);

    private readonly RegistrationPlan _plan;
    private readonly OutputBudget _budget;
    private readonly OutputQueue _output;
    private readonly Liveness _liveness;
    private readonly Negotiation _negotiation;
    private readonly NickTracker _nick;
    private readonly BatchCollector _batches = new(BatchTimeout, MaxBatchLines);
    private readonly Queue<SessionEvent> _events = new();
    private readonly List<string> _supportLines = [];
    private string _server = "";
    private Stage _stage;
    private DateTimeOffset? _stageDue;
    private bool _registrationSent;
    private ConnectionOutcome? _quitting;
    private (LoginState Login, int Caps, StsValue? Sts) _reported;

    public ClientSession(RegistrationPlan plan, DateTimeOffset now)
    {
        _plan = plan;
        _budget = new OutputBudget(plan.Burst, plan.Interval, now) { IsUnlimited = plan.Interval <= TimeSpan.Zero };
        _output = new OutputQueue(_budget);
        _liveness = new Liveness(now);
        _negotiation = new Negotiation(plan.Sasl, plan.StopsOnLoginFailure, plan is { NickServ.Length: > 0, Sasl.Password.Length: > 0 });
        _nick = new NickTracker(plan.Nick, plan.NickLengthHint);
    }

    private enum Stage
    {
        Registering,
        Welcomed,
        Complete,
    }

    /// <summary>How it ended; null while it lives.</summary>
    internal ConnectionOutcome? Outcome { get; private set; }

    /// <summary>The ISUPPORT tokens.</summary>
    internal ISupport Support { get; } = new();

    /// <summary>When 001 came; null before.</summary>
    internal DateTimeOffset? WelcomedAt { get; private set; }

    /// <summary>The nick; null before 001.</summary>
    internal string? Nick => _nick.Current;

    /// <summary>The nick that the user wants.</summary>
    internal string WantedNick => _nick.Wanted;

    /// <summary>Whether the registration is complete.</summary>
    internal bool IsRegistered => _stage == Stage.Complete && Outcome is null;

    /// <summary>The state of the registered connection.</summary>
    internal RegistrationSummary Summary => new(
        Nick ?? "", _server,
        _negotiation.Caps.Enabled.ToDictionary(name => name, name => _negotiation.Caps.Offered.GetValueOrDefault(name, "")),
        [.. _supportLines]);

    /// <summary>Starts the registration.</summary>
    internal void Begin(DateTimeOffset now)
    {
        _stageDue = now + RegistrationTimeout;
        _output.AddUrgent(CapNegotiation.FirstLine);

        // The password must not be sent in plain text when the server is about to ask for TLS.
        if (_plan.IsSecure || _plan.ServerPassword is null)
            SendRegistration();
    }

    /// <summary>Takes a line.</summary>
    /// <param name="line">The line, decoded.</param>
    /// <param name="now">The time.</param>
    /// <returns>
    /// Whether the line goes on to the parser; false when it concerns only the connection, or belongs to a batch, which goes on when it
    /// is complete (<see cref="SessionEvent.BatchReceived"/>).
    /// </returns>
    internal bool Receive(string line, DateTimeOffset now)
    {
        _liveness.Heard(now);
        if (Outcome is not null || !IrcMessage.TryParse(line, out var message))
            return false;
        var isForwarded = Handle(message, line, now);
        CheckNegotiation(now);
        if (Outcome is null && !_registrationSent)
            SendRegistration();
        return isForwarded && !IsHeld(message, now);
    }

    /// <summary>Bytes came, not necessarily a whole line.</summary>
    internal void Heard(DateTimeOffset now) => _liveness.Heard(now);

    /// <summary>Sends a line for the user, as the budget allows; refused when too many wait (<see cref="SessionEvent.LineRefused"/>).</summary>
    internal void Send(string line)
    {
        if (IrcMessage.TryParse(line, out var message) && message.Command == "NICK")
            SendUrgent(_nick.Asked(message.Parameter(0)));
        if (!_output.TryAdd(line))
            _events.Enqueue(new SessionEvent.LineRefused(line));
    }

    /// <summary>Ends the connection with QUIT.</summary>
    /// <param name="reason">What others see.</param>
    /// <param name="now">The time.</param>
    internal void Quit(string reason, DateTimeOffset now) =>
        Leave(new ConnectionOutcome(OutcomeKind.Stopped, "stopped"), reason, now);

    /// <summary>The connection is gone.</summary>
    internal void Closed(string detail) => Outcome ??= _quitting ?? new ConnectionOutcome(OutcomeKind.Closed, detail);

    /// <summary>A write took too long.</summary>
    internal void WriteTimedOut() => Outcome ??= _quitting ?? new ConnectionOutcome(OutcomeKind.TimedOut, "the server stopped reading for 10 s");

    /// <summary>Does what is due.</summary>
    internal void CheckTimers(DateTimeOffset now)
    {
        if (_stageDue is { } due && now >= due)
            StageTimedOut(now);
        if (!_registrationSent && Outcome is null && now >= _stageDue - RegistrationTimeout + StsTimeout)
            SendRegistration();
        foreach (var unfinished in _batches.TakeDue(now))
            _events.Enqueue(new SessionEvent.BatchReceived(unfinished.Batch!));
        SendUrgent(_negotiation.CheckTimers(now));
        CheckNegotiation(now);
        SendUrgent(_nick.CheckTimers(now));
        if (_stage != Stage.Registering && _liveness.CheckTimers(now) is { } ping)
            _output.AddUrgent(ping);
        if (_liveness.IsDead)
            Outcome ??= _quitting ?? new ConnectionOutcome(OutcomeKind.TimedOut, "no answer to PING within 30 s");
    }

    /// <summary>When <see cref="CheckTimers"/> or <see cref="TryTakeLine"/> has to be called next.</summary>
    internal DateTimeOffset NextDue(DateTimeOffset now)
    {
        var next = _stage == Stage.Registering ? _stageDue!.Value : _liveness.NextDue;
        ReadOnlySpan<DateTimeOffset?> others =
        [
            _stageDue, _negotiation.NextDue, _nick.NextDue, _output.NextDue(now), _batches.NextDue, _registrationSent ? null : _stageDue - RegistrationTimeout + StsTimeout,
        ];
        foreach (var other in others)
            next = other < next ? other.Value : next;
        return next;
    }

    /// <summary>Takes the next line to send now.</summary>
    internal bool TryTakeLine(DateTimeOffset now, [NotNullWhen(true)] out string? line) => _output.TryTake(now, out line);

    /// <summary>Takes the next event.</summary>
    internal bool TryTakeEvent([NotNullWhen(true)] out SessionEvent? next) => _events.TryDequeue(out next);

    private bool Handle(IrcMessage message, string line, DateTimeOffset now)
    {
        switch (message.Command)
        {
            case "PING":
                _output.AddUrgent(IrcLine.WithText(message.Parameter(0), "PONG"));
                return false;
            case "PONG" when message.Last == Liveness.Token:
                return false;
            case "CAP" or "AUTHENTICATE" or "900" or "901" or "902" or "903" or "904" or "905" or "906" or "907" or "908":
                SendUrgent(_negotiation.Accept(message, now));
                return message.Command is "900" or "901";
            case "ERROR":
                Outcome = _quitting ?? new ConnectionOutcome(BanNotice.IsBan(message.Last) ? OutcomeKind.Banned : OutcomeKind.Closed, message.Last);
                return true;
            case "465":
                Outcome = new ConnectionOutcome(OutcomeKind.Banned, message.Last);
                return true;
            case "FAIL" when message.Parameter(0) == "*" && message.Parameter(1) == "ACCOUNT_REQUIRED":
                Outcome = new ConnectionOutcome(OutcomeKind.Refused, message.Last);
                return true;
            case "005":
                Support.Apply(message.Parameters);
                _budget.IsUnlimited |= Support.HasSafeRate;
                _supportLines.Add(line);
                if (_stage == Stage.Complete)
                    _events.Enqueue(new SessionEvent.SummaryChanged(Summary));
                return true;
            default:
                return _stage == Stage.Registering ? HandleRegistering(message, now) : HandleWelcomed(message, now);
        }
    }

    // Batches are passed on whole, so that the parser holds no open batch that a restart would lose.
    private bool IsHeld(IrcMessage message, DateTimeOffset now)
    {
        var isHeld = true;
        foreach (var item in _batches.Accept(message, now))
        {
            if (item.Batch is { } batch)
                _events.Enqueue(new SessionEvent.BatchReceived(batch));
            else
                isHeld = false;
        }
        return isHeld;
    }

    private bool HandleRegistering(IrcMessage message, DateTimeOffset now)
    {
        switch (message.Command)
        {
            case "001":
                Welcome(message, now);
                return true;
            case "432" or "433" or "436" or "437":
                if (_nick.Refused(message) is { } next)
                    _output.AddUrgent(IrcLine.Of("NICK", next));
                else
                    Outcome = new ConnectionOutcome(OutcomeKind.NickRefused, $"the server refused all nicks that were tried: {message.Last}");
                return false;
            case "464":
                Outcome = new ConnectionOutcome(OutcomeKind.Refused, message.Last);
                return true;
            case "410" or "421" or "451" when message.Parameters.Any(parameter => parameter is "CAP" or "LS"):
                _negotiation.Skipped();
                return false;
            case "513":
                // "To connect, type /QUOTE PONG 12345": some servers check for open proxies so.
                _output.AddUrgent(IrcLine.Of("PONG", message.Last.Split(' ')[^1]));
                return false;
            default:
                return true;
        }
    }

    private bool HandleWelcomed(IrcMessage message, DateTimeOffset now)
    {
        if (IsOwnSecret(message))
            return false;
        if (message.Command is "376" or "422" && _stage == Stage.Welcomed)
        {
            Complete(now);
            return true;
        }
        var before = _nick.Current;
        SendUrgent(_nick.Accept(message, Support, now, out var isOurs));
        if (_nick.Current != before)
            _events.Enqueue(new SessionEvent.NickChanged(_nick.Current!));
        return !isOurs;
    }

    private void Welcome(IrcMessage message, DateTimeOffset now)
    {
        _stage = Stage.Welcomed;
        _stageDue = now + WelcomeTimeout;
        _server = message.Source?.Nick ?? "";
        WelcomedAt = now;
        _nick.Welcomed(message.Parameter(0));
        _negotiation.Skipped();
        _events.Enqueue(new SessionEvent.Welcomed(_nick.Current!));
    }

    private void Complete(DateTimeOffset now)
    {
        _stage = Stage.Complete;
        _stageDue = null;
        _output.IsOpen = true;
        if (_negotiation.FallsBack)
            _output.AddUrgent(IrcLine.WithText($"IDENTIFY {_plan.Sasl!.Account} {_plan.Sasl.Password}", "PRIVMSG", _plan.NickServ!));
        SendUrgent(_nick.Completed(Support, now));
        _events.Enqueue(new SessionEvent.Registered(Summary));
    }

    // The echo (echo-message) of the IDENTIFY holds the password; it is not passed on.
    private bool IsOwnSecret(IrcMessage message) =>
        _negotiation.FallsBack && message.Command == "PRIVMSG" && message.Source?.Nick is { } nick && Support.CaseMapping.Equals(nick, _nick.Current)
        && message.Last.StartsWith("IDENTIFY ", StringComparison.Ordinal);

    private void StageTimedOut(DateTimeOffset now)
    {
        if (_quitting is not null)
            Outcome ??= _quitting;
        else if (_stage == Stage.Registering)
            Outcome ??= new ConnectionOutcome(OutcomeKind.TimedOut, "the registration was not complete within 60 s");
        else
            Complete(now);
    }

    private void SendRegistration()
    {
        _registrationSent = true;
        if (_plan.ServerPassword is { } password)
            _output.AddUrgent(IrcLine.WithText(password, "PASS"));
        _output.AddUrgent(IrcLine.Of("NICK", _plan.Nick));
        _output.AddUrgent(IrcLine.WithText(_plan.RealName, "USER", _plan.User, "0", "*"));
    }

    // Reports changes in capabilities, login and STS.
    private void CheckNegotiation(DateTimeOffset now)
    {
        if (Outcome is not null)
            return;
        if (_negotiation.Sts is { } sts && sts != _reported.Sts)
        {
            _reported.Sts = sts;
            if (!_plan.IsSecure && sts.Port is { } port)
            {
                Outcome = new ConnectionOutcome(OutcomeKind.StsUpgrade, $"the server asks for TLS on port {port}") { StsPort = port };
                return;
            }
            if (_plan.IsSecure && sts.Duration is { } duration)
                _events.Enqueue(new SessionEvent.StsAnnounced(duration));
        }
        if (_negotiation.Login != _reported.Login)
        {
            _reported.Login = _negotiation.Login;
            LoginChanged(now);
        }
        if (_stage == Stage.Complete && _negotiation.Caps.Enabled.Count != _reported.Caps && _negotiation.Caps.IsSettled)
            _events.Enqueue(new SessionEvent.SummaryChanged(Summary));
        _reported.Caps = _negotiation.Caps.Enabled.Count;
    }

    private void LoginChanged(DateTimeOffset now)
    {
        if (_negotiation.Login == LoginState.Succeeded)
            _events.Enqueue(new SessionEvent.LoggedIn());
        else if (_negotiation.Login == LoginState.Failed)
        {
            _events.Enqueue(new SessionEvent.LoginFailed(_negotiation.LoginFailure, _negotiation.FallsBack));
            if (_plan.StopsOnLoginFailure && !_negotiation.FallsBack)
            {
                Leave(
                    new ConnectionOutcome(OutcomeKind.SaslFailed, $"login failed: {_negotiation.LoginFailure}") { IsRefusal = _negotiation.IsLoginRefused },
                    "login failed", now);
            }
        }
    }

    private void Leave(ConnectionOutcome outcome, string reason, DateTimeOffset now)
    {
        if (Outcome is null && _quitting is null)
        {
            _quitting = outcome;
            _registrationSent = true;
            _stageDue = now + QuitTimeout;
            _output.Clear();
            _output.AddUrgent(IrcLine.WithText(reason, "QUIT"));
        }
    }

    private void SendUrgent(IReadOnlyList<string> lines)
    {
        foreach (var line in lines)
            _output.AddUrgent(line);
    }
}

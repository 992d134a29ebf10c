using Mas.IrcBackend.Protocol.Sasl;

namespace Mas.IrcBackend.Protocol.Session;

/// <summary>The state of the login to an account.</summary>
internal enum LoginState
{
    /// <summary>No account, or not started.</summary>
    None,

    /// <summary>In progress.</summary>
    Running,

    /// <summary>Logged in.</summary>
    Succeeded,

    /// <summary>Failed.</summary>
    Failed,
}

/// <summary>
/// Negotiates capabilities and login, from <c>CAP LS</c> to <c>CAP END</c> and later: a server may offer capabilities at any time
/// (CAP NEW), <c>sasl</c> included when its services come back.
/// </summary>
/// <param name="credentials">The credentials, or null.</param>
/// <param name="stopsOnFailure">Whether a failed login ends the connection, so that CAP END is not sent.</param>
/// <param name="hasFallback">Whether NickServ can be used where the server does not offer the SASL mechanism.</param>
internal sealed class Negotiation(SaslCredentials? credentials, bool stopsOnFailure, bool hasFallback)
{
    /// <summary>How long the server may be silent during a login.</summary>
    internal static readonly TimeSpan LoginTimeout = TimeSpan.FromSeconds(20);

    private SaslExchange? _exchange;
    private bool _ended;

    internal CapNegotiation Caps { get; } = new(CapabilityCatalog.Wanted(credentials is not null));

    internal LoginState Login { get; private set; }

    /// <summary>Why the login failed, for the user.</summary>
    internal string LoginFailure { get; private set; } = "";

    /// <summary>Whether the server refused the credentials themselves.</summary>
    internal bool IsLoginRefused { get; private set; }

    /// <summary>Whether the server does not offer the SASL mechanism.</summary>
    internal bool IsLoginUnavailable { get; private set; }

    /// <summary>Whether to log in by NickServ instead.</summary>
    internal bool FallsBack => hasFallback && IsLoginUnavailable;

    /// <summary>When the login times out, or null.</summary>
    internal DateTimeOffset? NextDue { get; private set; }

    /// <summary>The STS policy that the server announces, or null.</summary>
    internal StsValue? Sts => Caps.Offered.TryGetValue(CapabilityCatalog.Sts, out var value) ? StsValue.Parse(value) : null;

    /// <summary>Takes CAP, AUTHENTICATE and the numerics of SASL, and gives the lines to send.</summary>
    internal IReadOnlyList<string> Accept(IrcMessage message, DateTimeOffset now)
    {
        if (message.Command == "CAP")
            return [.. Caps.Accept(message), .. Continue(now)];
        if (_exchange is null)
            return [];
        var lines = _exchange.Accept(message);
        return [.. lines, .. Follow(now)];
    }

    /// <summary>The server has no CAP, or 001 came without CAP END.</summary>
    internal void Skipped()
    {
        _ended = true;
        if (credentials is not null && Login == LoginState.None)
            Unavailable("the server does not offer SASL");
    }

    /// <summary>Gives up a login that has timed out.</summary>
    internal IReadOnlyList<string> CheckTimers(DateTimeOffset now)
    {
        if (NextDue is not { } due || now < due || _exchange is null)
            return [];
        var lines = _exchange.Abort("the server did not answer within 20 s");
        return [.. lines, .. Follow(now)];
    }

    private IReadOnlyList<string> Continue(DateTimeOffset now)
    {
        if (!Caps.IsSettled || Login == LoginState.Running)
            return [];
        return credentials is not null && (Login == LoginState.None || (_ended && IsLoginUnavailable && Caps.Has(CapabilityCatalog.Sasl)))
            ? LogIn(credentials, now)
            : End();
    }

    private IReadOnlyList<string> LogIn(SaslCredentials account, DateTimeOffset now)
    {
        if (!Caps.Has(CapabilityCatalog.Sasl))
        {
            Unavailable("the server does not offer SASL");
            return End();
        }
        // The value lists the mechanisms (SASL 3.2); without a value, only trying tells.
        var mechanisms = Caps.Offered.GetValueOrDefault(CapabilityCatalog.Sasl, "");
        if (mechanisms.Length > 0 && !mechanisms.Split(',').Contains(account.Mechanism, StringComparer.OrdinalIgnoreCase))
        {
            Unavailable($"the server offers only {mechanisms}");
            return End();
        }
        _exchange = new SaslExchange(account.Start());
        Login = LoginState.Running;
        IsLoginUnavailable = false;
        NextDue = now + LoginTimeout;
        return _exchange.Begin();
    }

    private IReadOnlyList<string> Follow(DateTimeOffset now)
    {
        switch (_exchange!.State)
        {
            case SaslState.Running:
                NextDue = now + LoginTimeout;
                return [];
            case SaslState.Succeeded:
                Login = LoginState.Succeeded;
                break;
            default:
                IsLoginRefused = _exchange.IsRefusal;
                Fail(_exchange.Reason);
                break;
        }
        _exchange = null;
        NextDue = null;
        return End();
    }

    private IReadOnlyList<string> End()
    {
        if (_ended || (Login == LoginState.Failed && stopsOnFailure && !FallsBack))
            return [];
        _ended = true;
        return ["CAP END"];
    }

    private void Unavailable(string reason)
    {
        IsLoginUnavailable = true;
        Fail(reason);
    }

    private void Fail(string reason)
    {
        Login = LoginState.Failed;
        LoginFailure = reason;
    }
}

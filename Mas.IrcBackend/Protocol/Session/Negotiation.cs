using Mas.IrcBackend.Protocol.Sasl;

namespace Mas.IrcBackend.Protocol.Session;

/// <summary>How the login to an account stands.</summary>
internal enum LoginState
{
    /// <summary>There is no account to log in to, or it's not yet time.</summary>
    None,

    /// <summary>The exchange is under way.</summary>
    Running,

    /// <summary>We are logged in.</summary>
    Succeeded,

    /// <summary>It failed.</summary>
    Failed,
}

/// <summary>
/// Capabilities and login of one connection, from <c>CAP LS</c> to <c>CAP END</c> and after it: a server may offer
/// capabilities later (CAP NEW), <c>sasl</c> included when its services come back.
/// </summary>
/// <param name="credentials">What to log in with, or null.</param>
/// <param name="stopsOnFailure">Whether a failed login keeps us from ending the negotiation.</param>
/// <param name="hasFallback">Whether there is another way to log in, later, where the server has no SASL for us.</param>
internal sealed class Negotiation(SaslCredentials? credentials, bool stopsOnFailure, bool hasFallback)
{
    /// <summary>How long the server may be silent in the middle of a login.</summary>
    internal static readonly TimeSpan LoginTimeout = TimeSpan.FromSeconds(20);

    private SaslExchange? _exchange;
    private bool _ended;

    /// <summary>The capabilities.</summary>
    internal CapNegotiation Caps { get; } = new(CapabilityCatalog.Wanted(credentials is not null));

    /// <summary>How the login stands.</summary>
    internal LoginState Login { get; private set; }

    /// <summary>Why the login failed, fit to show.</summary>
    internal string LoginFailure { get; private set; } = "";

    /// <summary>Whether the server refused the credentials themselves.</summary>
    internal bool IsLoginRefused { get; private set; }

    /// <summary>Whether the server has no way to log in that we could use.</summary>
    internal bool IsLoginUnavailable { get; private set; }

    /// <summary>Whether the other way to log in has to be taken.</summary>
    internal bool FallsBack => hasFallback && IsLoginUnavailable;

    /// <summary>When the login's patience ends, or null.</summary>
    internal DateTimeOffset? NextDue { get; private set; }

    /// <summary>What the server says of strict transport security, or null.</summary>
    internal StsValue? Sts => Caps.Offered.TryGetValue(CapabilityCatalog.Sts, out var value) ? StsValue.Parse(value) : null;

    /// <summary>Takes CAP, AUTHENTICATE and the numerics of SASL; gives the lines to answer.</summary>
    internal IReadOnlyList<string> Accept(IrcMessage message, DateTimeOffset now)
    {
        if (message.Command == "CAP")
            return [.. Caps.Accept(message), .. Continue(now)];
        if (_exchange is null)
            return [];
        var lines = _exchange.Accept(message);
        return [.. lines, .. Follow(now)];
    }

    /// <summary>The server doesn't know CAP, or has let us in without it.</summary>
    internal void Skipped()
    {
        _ended = true;
        if (credentials is not null && Login == LoginState.None)
            Unavailable("the server does not offer SASL");
    }

    /// <summary>Looks at the clock.</summary>
    internal IReadOnlyList<string> CheckTimers(DateTimeOffset now)
    {
        if (NextDue is not { } due || now < due || _exchange is null)
            return [];
        var lines = _exchange.Abort("the server has not answered");
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
        // A value lists the mechanisms (SASL 3.2); without one, only trying tells.
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

namespace Mas.Core.Protocol;

/// <summary><c>status</c> of an acknowledgement.</summary>
public static class Status
{
    /// <summary>Done.</summary>
    public const string Ok = "OK";

    /// <summary>Failed in a way that has no code of its own; <c>errorMsg</c> says how.</summary>
    public const string Error = "ERROR";

    /// <summary>A field that the request needs is not there.</summary>
    public const string ParameterMissing = "PARAMETER_MISSING";

    /// <summary>A field has the wrong type, or a value that is not allowed.</summary>
    public const string ParameterInvalid = "PARAMETER_INVALID";

    /// <summary>There is no such request.</summary>
    public const string UnknownRequest = "UNKNOWN_REQUEST";

    /// <summary>What the request names is not there, or not for this user.</summary>
    public const string NotFound = "NOT_FOUND";

    /// <summary>The user may not do that here.</summary>
    public const string NoPermission = "NO_PERMISSION";

    /// <summary>The user is a member already.</summary>
    public const string AlreadyJoined = "ALREADY_JOINED";

    /// <summary>Wrong password of the group or the account.</summary>
    public const string IncorrectPassword = "INCORRECT_PASSWORD";

    /// <summary>A group needs a name.</summary>
    public const string ErrorNameMissing = "ERROR_NAME_MISSING";

    /// <summary>The name is taken.</summary>
    public const string ErrorExists = "ERROR_EXISTS";

    /// <summary>The IRC network is not connected.</summary>
    public const string NotConnected = "NOT_CONNECTED";

    /// <summary>Too many requests; <c>retryAfter</c> says when to go on, in seconds.</summary>
    public const string RateLimited = "RATE_LIMITED";

    /// <summary>Something is larger than its limit.</summary>
    public const string TooLarge = "TOO_LARGE";

    /// <summary>Redis or a worker is unavailable; the same request may succeed later.</summary>
    public const string Unavailable = "UNAVAILABLE";
}

/// <summary><c>code</c> of a TERMINATE.</summary>
public static class TerminateCode
{
    /// <summary>The secret, ticket or cookie is not (or no longer) valid.</summary>
    public const string InvalidSecret = "INVALID_SECRET";

    /// <summary>The client's <c>version</c> is not spoken here.</summary>
    public const string UnsupportedProtocolVersion = "UNSUPPORTED_PROTOCOL_VERSION";

    /// <summary>A frame was not what the protocol allows.</summary>
    public const string ProtocolError = "PROTOCOL_ERROR";

    /// <summary>The user has as many sessions as allowed.</summary>
    public const string TooManySessions = "TOO_MANY_SESSIONS";

    /// <summary>The client reads slower than what is sent to it; it may come back with <c>cached</c>.</summary>
    public const string SlowConsumer = "SLOW_CONSUMER";

    /// <summary>The login that the session began with has ended.</summary>
    public const string LoggedOut = "LOGGED_OUT";

    /// <summary>The account is closed.</summary>
    public const string AccountClosed = "ACCOUNT_CLOSED";

    /// <summary>The server stops; another one, or the same a little later, goes on.</summary>
    public const string ServerStopping = "SERVER_STOPPING";
}

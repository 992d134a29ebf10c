namespace Mas.Tests.Client;

/// <summary>What a client needs to open sessions of one user.</summary>
/// <param name="UserId">The user.</param>
/// <param name="Nick">Its nick on the network MAS.</param>
/// <param name="Email">Its mail address.</param>
/// <param name="Password">Its password, to log in again.</param>
/// <param name="Secret">The login's secret, as INIT takes it.</param>
/// <param name="Cookie">The same as a Cookie header, as the upgrade request takes it.</param>
public sealed record MasLogin(string UserId, string Nick, string Email, string Password, string Secret, string Cookie);

/// <summary>With what a session proves whose it is.</summary>
public enum MasCredential
{
    /// <summary>The cookie in the upgrade request, as a browser does.</summary>
    Cookie,

    /// <summary>UserId and secret in INIT, as a bot does.</summary>
    Secret,

    /// <summary>A ticket of one use in INIT, for clients whose upgrade request carries no cookie.</summary>
    Ticket,
}

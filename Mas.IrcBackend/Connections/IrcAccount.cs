using Mas.IrcBackend.Protocol.Sasl;

namespace Mas.IrcBackend.Connections;

/// <summary>A user's account on a network.</summary>
/// <param name="Nick">The wanted nick.</param>
/// <param name="User">The user name (ident).</param>
/// <param name="RealName">The real name.</param>
/// <param name="Sasl">The SASL credentials, or null.</param>
internal sealed record IrcAccount(string Nick, string User, string RealName, SaslCredentials? Sasl)
{
    /// <summary>Reads an account: <c>Nick</c>, <c>User</c>, <c>RealName</c>, <c>Sasl</c>.</summary>
    /// <exception cref="IrcSettingsException">A value is missing or wrong. The message holds no secret.</exception>
    internal static IrcAccount Read(IConfiguration account)
    {
        var nick = account["Nick"]?.Trim();
        if (string.IsNullOrEmpty(nick) || nick.Any(character => character <= ' '))
            throw new IrcSettingsException("Set the account's Nick to one word without spaces.");
        var user = account["User"]?.Trim() is { Length: > 0 } named ? named : nick;
        var realName = account["RealName"]?.Trim() is { Length: > 0 } full ? full : nick;
        return new IrcAccount(nick, user, realName, ReadSasl(account.GetSection("Sasl")));
    }

    private static SaslCredentials? ReadSasl(IConfigurationSection sasl)
    {
        if (!sasl.Exists() || string.IsNullOrWhiteSpace(sasl["Mechanism"]))
            return null;
        var credentials = new SaslCredentials(sasl["Mechanism"]!.Trim().ToUpperInvariant(), sasl["Account"] ?? "", sasl["Password"], sasl["Key"]);
        try
        {
            // Wrong credentials are reported now, not when the server asks for them.
            credentials.Start();
            ClientCertificate.From(credentials)?.Dispose();
            return credentials;
        }
        catch (ArgumentException e)
        {
            throw new IrcSettingsException($"The account's Sasl is not usable: {e.Message}");
        }
    }
}

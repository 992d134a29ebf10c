using Mas.IrcBackend.Protocol.Sasl;

namespace Mas.IrcBackend.Connections;

/// <summary>What one user's connection to a network registers with.</summary>
/// <param name="Nick">The wanted nick.</param>
/// <param name="User">The user name (ident).</param>
/// <param name="RealName">The real name.</param>
/// <param name="Sasl">The account on the network, or null.</param>
internal sealed record IrcAccount(string Nick, string User, string RealName, SaslCredentials? Sasl)
{
    /// <summary>Reads an account: <c>Nick</c>, <c>User</c>, <c>RealName</c>, <c>Sasl</c>.</summary>
    /// <exception cref="IrcSettingsException">A value is missing or wrong. The message holds no secret.</exception>
    internal static IrcAccount Read(IConfiguration account)
    {
        var nick = account["Nick"]?.Trim();
        if (string.IsNullOrEmpty(nick) || nick.Any(character => character <= ' '))
            throw new IrcSettingsException("The account's Nick is missing, or is no single word.");
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
            // What could not even begin is said now, not when the server asks.
            credentials.Start();
            ClientCertificate.From(credentials)?.Dispose();
            return credentials;
        }
        catch (ArgumentException e)
        {
            throw new IrcSettingsException($"The account's Sasl can't be used: {e.Message}");
        }
    }
}

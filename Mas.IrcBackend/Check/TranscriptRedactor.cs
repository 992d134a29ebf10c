using Mas.IrcBackend.Connections;
using Mas.IrcBackend.Protocol;

namespace Mas.IrcBackend.Check;

/// <summary>
/// Removes secrets from lines: the parameters of AUTHENTICATE, PASS, IDENTIFY and the like, and the known passwords wherever a server
/// repeats them.
/// </summary>
/// <param name="secrets">The known passwords.</param>
internal sealed class TranscriptRedactor(IEnumerable<string?> secrets)
{
    private const string Hidden = "<hidden>";

    // Shorter ones also occur in ordinary words.
    private const int ShortestSecret = 3;

    private readonly string[] _secrets = [.. secrets.OfType<string>().Where(secret => secret.Length >= ShortestSecret).OrderByDescending(secret => secret.Length)];

    /// <summary>The redactor for one account on one network.</summary>
    internal static TranscriptRedactor For(NetworkSettings network, IrcAccount account) =>
        new([network.Password, account.Sasl?.Password]);

    /// <summary>The line without its secrets.</summary>
    internal string Redact(string line)
    {
        if (IrcMessage.TryParse(line, out var message) && HidesParameters(message))
            return $"{(message.Source is null ? "" : $":{message.Source} ")}{message.Command} {Hidden}";
        foreach (var secret in _secrets)
            line = line.Replace(secret, Hidden, StringComparison.Ordinal);
        return line;
    }

    private static bool HidesParameters(IrcMessage message) => message.Command switch
    {
        "PASS" or "OPER" or "NS" or "NICKSERV" => true,
        // The mechanism's name, the go-ahead and the abort are not secret.
        "AUTHENTICATE" => message.Parameter(0) is not ("+" or "*" or "PLAIN" or "EXTERNAL" or "SCRAM-SHA-256" or "ECDSA-NIST256P-CHALLENGE"),
        "PRIVMSG" => message.Last.StartsWith("IDENTIFY ", StringComparison.OrdinalIgnoreCase),
        _ => false,
    };
}

using System.Security.Cryptography;
using System.Text;

namespace Mas.Tests.Irc.Check;

/// <summary>
/// The server's side of SCRAM-SHA-256 (RFC 5802 §3): it keeps no password, only what it needs to tell whether a client knows it,
/// and to prove to the client that it knew it once.
/// </summary>
internal sealed class ScramServer
{
    private const int Iterations = 4096;
    private readonly byte[] _salt = RandomNumberGenerator.GetBytes(16);
    private readonly byte[] _storedKey;
    private readonly byte[] _serverKey;
    private string _clientFirstBare = "";
    private string _serverFirst = "";

    internal ScramServer(string password)
    {
        var salted = Rfc2898DeriveBytes.Pbkdf2(Encoding.UTF8.GetBytes(password), _salt, Iterations, HashAlgorithmName.SHA256, SHA256.HashSizeInBytes);
        _storedKey = SHA256.HashData(HMACSHA256.HashData(salted, "Client Key"u8));
        _serverKey = HMACSHA256.HashData(salted, "Server Key"u8);
    }

    /// <summary>Who wants to log in; known after <see cref="First"/>.</summary>
    internal string Account { get; private set; } = "";

    /// <summary>Takes client-first-message, gives server-first-message.</summary>
    internal string First(string clientFirst)
    {
        Assert.StartsWith("n,,n=", clientFirst, StringComparison.Ordinal);
        _clientFirstBare = clientFirst[3..];
        var fields = _clientFirstBare.Split(',');
        Account = fields[0][2..];
        return _serverFirst = $"{fields[1]}{Convert.ToBase64String(RandomNumberGenerator.GetBytes(12))},s={Convert.ToBase64String(_salt)},i={Iterations}";
    }

    /// <summary>Takes client-final-message, gives server-final-message; null when the password is another one.</summary>
    internal string? Final(string clientFinal)
    {
        var at = clientFinal.LastIndexOf(",p=", StringComparison.Ordinal);
        Assert.Equal($"c=biws,{_serverFirst.Split(',')[0]}", clientFinal[..at]);
        var authMessage = Encoding.UTF8.GetBytes($"{_clientFirstBare},{_serverFirst},{clientFinal[..at]}");
        var clientKey = Convert.FromBase64String(clientFinal[(at + 3)..]);
        var signature = HMACSHA256.HashData(_storedKey, authMessage);
        for (var i = 0; i < clientKey.Length; i++)
            clientKey[i] ^= signature[i];
        return SHA256.HashData(clientKey).SequenceEqual(_storedKey) ? $"v={Convert.ToBase64String(HMACSHA256.HashData(_serverKey, authMessage))}" : null;
    }
}

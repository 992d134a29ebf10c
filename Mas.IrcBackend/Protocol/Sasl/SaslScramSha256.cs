using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Mas.IrcBackend.Protocol.Sasl;

/// <summary>
/// SCRAM-SHA-256 without channel binding (RFC 5802, RFC 7677). The server has to prove that it knows the password too;
/// a success without that proof is none.
/// </summary>
/// <param name="account">The account; sent as it is, for names outside ASCII are not normalised.</param>
/// <param name="password">The password, likewise.</param>
/// <param name="nonce">A nonce of printable characters without a comma; null for a random one.</param>
internal sealed class SaslScramSha256(string account, string password, string? nonce = null) : ISaslMechanism
{
    /// <summary>The mechanism's name.</summary>
    internal const string MechanismName = "SCRAM-SHA-256";

    // gs2 header: no channel binding, no authorization identity.
    private const string Header = "n,,";

    // A server that asks for more wants our processor, not our password.
    private const int MaxIterations = 1_000_000;

    private readonly string _nonce = nonce ?? Convert.ToBase64String(RandomNumberGenerator.GetBytes(24));
    private Step _step = Step.First;
    private byte[] _serverSignature = [];

    private enum Step
    {
        First,
        Final,
        Verify,
        Done,
    }

    /// <inheritdoc/>
    public string Name => MechanismName;

    /// <inheritdoc/>
    public bool AcceptsSuccess => _step == Step.Done;

    private string FirstBare => $"n={account.Replace("=", "=3D", StringComparison.Ordinal).Replace(",", "=2C", StringComparison.Ordinal)},r={_nonce}";

    /// <inheritdoc/>
    public byte[]? Respond(ReadOnlySpan<byte> challenge)
    {
        switch (_step)
        {
            case Step.First when challenge.IsEmpty:
                _step = Step.Final;
                return Encoding.UTF8.GetBytes(Header + FirstBare);
            case Step.Final:
                _step = Step.Verify;
                return Final(Encoding.UTF8.GetString(challenge));
            case Step.Verify when IsProof(Encoding.UTF8.GetString(challenge)):
                _step = Step.Done;
                return [];
            default:
                return null;
        }
    }

    private byte[]? Final(string serverFirst)
    {
        var fields = serverFirst.Split(',');
        // A leading m= is an extension that must be understood to go on; there is none.
        if (fields.Length < 3
            || Field(fields[0], "r=") is not { } fullNonce || fullNonce.Length <= _nonce.Length || !fullNonce.StartsWith(_nonce, StringComparison.Ordinal)
            || Field(fields[1], "s=") is not { Length: > 0 } saltText || Decode(saltText) is not { Length: > 0 } salt
            || Field(fields[2], "i=") is not { } count
            || !int.TryParse(count, NumberStyles.None, CultureInfo.InvariantCulture, out var iterations) || iterations is < 1 or > MaxIterations)
        {
            return null;
        }
        var withoutProof = $"c={Convert.ToBase64String(Encoding.ASCII.GetBytes(Header))},r={fullNonce}";
        var authMessage = Encoding.UTF8.GetBytes($"{FirstBare},{serverFirst},{withoutProof}");
        var salted = Rfc2898DeriveBytes.Pbkdf2(Encoding.UTF8.GetBytes(password), salt, iterations, HashAlgorithmName.SHA256, SHA256.HashSizeInBytes);
        var clientKey = HMACSHA256.HashData(salted, "Client Key"u8);
        var proof = HMACSHA256.HashData(SHA256.HashData(clientKey), authMessage);
        for (var i = 0; i < proof.Length; i++)
            proof[i] ^= clientKey[i];
        _serverSignature = HMACSHA256.HashData(HMACSHA256.HashData(salted, "Server Key"u8), authMessage);
        return Encoding.UTF8.GetBytes($"{withoutProof},p={Convert.ToBase64String(proof)}");
    }

    private bool IsProof(string serverFinal) =>
        Field(serverFinal.Split(',')[0], "v=") is { } text
        && Decode(text) is { } signature
        && CryptographicOperations.FixedTimeEquals(signature, _serverSignature);

    private static string? Field(string field, string name) =>
        field.StartsWith(name, StringComparison.Ordinal) ? field[name.Length..] : null;

    private static byte[]? Decode(string base64)
    {
        var bytes = new byte[base64.Length];
        return Convert.TryFromBase64String(base64, bytes, out var length) ? bytes[..length] : null;
    }
}

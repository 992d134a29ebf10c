using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;

namespace Mas.Core.Model;

/// <summary>Tokens that clients hold, and the digests of them that Redis holds.</summary>
public static class Secrets
{
    /// <summary>A new token: 256 random bits, base64url.</summary>
    public static string NewToken() => Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(32));

    /// <summary>SHA-256 of a token in lower-case hex. A token has too much entropy to need a salt.</summary>
    public static string Digest(string token) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(token)));

    /// <summary>Compares two digests in constant time.</summary>
    public static bool SameDigest(string one, string other) =>
        CryptographicOperations.FixedTimeEquals(Encoding.ASCII.GetBytes(one), Encoding.ASCII.GetBytes(other));
}

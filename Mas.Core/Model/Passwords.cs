using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Mas.Core.Model;

/// <summary>Hashes and verifies passwords: PBKDF2-SHA512, with the number of rounds kept beside the hash.</summary>
public static class Passwords
{
    private const string Scheme = "pbkdf2-sha512";
    private const int MaxRounds = 10_000_000;

    /// <summary>Hashes a new password with a salt of its own.</summary>
    public static StoredPassword Hash(string password, int rounds)
    {
        var salt = RandomNumberGenerator.GetBytes(32);
        var hash = Derive(password, salt, rounds);
        return new StoredPassword(
            string.Create(CultureInfo.InvariantCulture, $"{Scheme}${rounds}${Convert.ToBase64String(hash)}"), Convert.ToBase64String(salt));
    }

    /// <summary>Compares in constant time. A record that is not in our form never matches.</summary>
    public static bool Verify(string password, StoredPassword stored)
    {
        var parts = stored.Hash.Split('$');
        if (parts is not [Scheme, var roundsText, var hashText]
            || !int.TryParse(roundsText, NumberStyles.None, CultureInfo.InvariantCulture, out var rounds) || rounds is < 1 or > MaxRounds)
            return false;
        Span<byte> hash = stackalloc byte[64];
        Span<byte> salt = stackalloc byte[128];
        return Convert.TryFromBase64String(hashText, hash, out var hashLength) && hashLength == hash.Length
            && Convert.TryFromBase64String(stored.Salt, salt, out var saltLength)
            && CryptographicOperations.FixedTimeEquals(hash, Derive(password, salt[..saltLength], rounds));
    }

    private static byte[] Derive(string password, ReadOnlySpan<byte> salt, int rounds) =>
        Rfc2898DeriveBytes.Pbkdf2(Encoding.UTF8.GetBytes(password), salt, rounds, HashAlgorithmName.SHA512, 64);
}

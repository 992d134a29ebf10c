using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using Mas.IrcBackend.Protocol.Sasl;

namespace Mas.IrcBackend.Connections;

/// <summary>
/// Encrypts users' credentials for networks (AES-256-GCM, bound to user and network), so that Redis holds none in the
/// clear. The key is the setting <c>Irc:CredentialsKey</c>, 32 bytes in base64; without one no credentials are taken.
/// </summary>
internal sealed class CredentialVault
{
    private const int NonceBytes = 12;
    private const int TagBytes = 16;
    private readonly byte[]? _key;

    public CredentialVault(IConfiguration configuration)
    {
        if (configuration["Irc:CredentialsKey"] is not { Length: > 0 } key)
            return;
        var bytes = new byte[32];
        _key = Convert.TryFromBase64String(key, bytes, out var length) && length == bytes.Length
            ? bytes
            : throw new InvalidDataException("The setting Irc:CredentialsKey must be 32 bytes in base64.");
    }

    /// <summary>Whether there is a key.</summary>
    internal bool IsOpen => _key is not null;

    /// <summary>Encrypts credentials.</summary>
    /// <param name="credentials">The credentials.</param>
    /// <param name="owner">What they are bound to: <c>&lt;userId&gt;:&lt;network&gt;</c>.</param>
    internal string Seal(SaslCredentials credentials, string owner)
    {
        var plain = JsonSerializer.SerializeToUtf8Bytes(
            new Sealed(credentials.Mechanism, credentials.Account, credentials.Password, credentials.Key), VaultJson.Default.Sealed);
        var box = new byte[NonceBytes + TagBytes + plain.Length];
        RandomNumberGenerator.Fill(box.AsSpan(0, NonceBytes));
        using var aes = new AesGcm(_key!, TagBytes);
        aes.Encrypt(box.AsSpan(0, NonceBytes), plain, box.AsSpan(NonceBytes + TagBytes), box.AsSpan(NonceBytes, TagBytes), Encoding.UTF8.GetBytes(owner));
        CryptographicOperations.ZeroMemory(plain);
        return Convert.ToBase64String(box);
    }

    /// <summary>Decrypts credentials; null when there are none, or when they are not for this key and owner.</summary>
    internal SaslCredentials? Unseal(string? text, string owner)
    {
        if (string.IsNullOrEmpty(text) || _key is null)
            return null;
        try
        {
            var box = Convert.FromBase64String(text);
            if (box.Length < NonceBytes + TagBytes)
                return null;
            var plain = new byte[box.Length - NonceBytes - TagBytes];
            using var aes = new AesGcm(_key, TagBytes);
            aes.Decrypt(box.AsSpan(0, NonceBytes), box.AsSpan(NonceBytes + TagBytes), box.AsSpan(NonceBytes, TagBytes), plain, Encoding.UTF8.GetBytes(owner));
            return JsonSerializer.Deserialize(plain, VaultJson.Default.Sealed) is { } found
                ? new SaslCredentials(found.Mechanism, found.Account, found.Password, found.Key)
                : null;
        }
        catch (Exception e) when (e is CryptographicException or FormatException or JsonException)
        {
            return null;
        }
    }

    internal sealed record Sealed(string Mechanism, string Account, string? Password, string? Key);
}

[JsonSerializable(typeof(CredentialVault.Sealed))]
internal sealed partial class VaultJson : JsonSerializerContext;

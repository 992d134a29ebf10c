using System.ComponentModel.DataAnnotations;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using Mas.Core.Redis;

namespace Mas.Core.Model;

/// <summary>Setting <c>Irc:CredentialsKey</c>, the same for Mas.Server, which encrypts, and Mas.IrcBackend, which decrypts.</summary>
public sealed class CredentialOptions
{
    /// <summary>The key that encrypts users' IRC credentials: 32 bytes in base64 (<c>openssl rand -base64 32</c>). Empty: no credentials are taken.</summary>
    [RegularExpression("[A-Za-z0-9+/]{43}=", ErrorMessage = "The setting Irc:CredentialsKey must be 32 bytes in base64.")]
    public string CredentialsKey { get; set; } = "";
}

/// <summary>What a user logs in with on an IRC network.</summary>
/// <param name="Mechanism">The SASL mechanism, in upper case.</param>
/// <param name="Account">The account's name; may be empty.</param>
/// <param name="Password">The password, or null.</param>
/// <param name="Key">A key in PEM, or null.</param>
public sealed record NetworkCredentials(string Mechanism, string Account, string? Password, string? Key)
{
    /// <summary>Leaves the secrets out, so that no log shows them.</summary>
    private bool PrintMembers(StringBuilder text)
    {
        text.Append($"Mechanism = {Mechanism}, Account = {Account}");
        return true;
    }
}

/// <summary>
/// Encrypts users' credentials for networks (AES-256-GCM, bound to user and network) where they come in, so that Redis
/// holds none in the clear: no inbox, no dead letter, no record.
/// </summary>
public sealed class CredentialVault(CredentialOptions options)
{
    private const int NonceBytes = 12;
    private const int TagBytes = 16;
    private readonly byte[]? _key = options.CredentialsKey.Length > 0 ? Convert.FromBase64String(options.CredentialsKey) : null;

    /// <summary>Whether there is a key.</summary>
    public bool IsOpen => _key is not null;

    /// <summary>Encrypts credentials.</summary>
    /// <param name="credentials">The credentials.</param>
    /// <param name="user">Whose they are; nobody else's record makes them readable.</param>
    /// <param name="network">The network that they are for.</param>
    /// <returns>Base64: what <c>networks:</c> keeps as <c>account</c>.</returns>
    /// <exception cref="InvalidOperationException">There is no key (<see cref="IsOpen"/>).</exception>
    public string Seal(NetworkCredentials credentials, UserId user, string network)
    {
        if (_key is null)
            throw new InvalidOperationException("There is no Irc:CredentialsKey.");
        var plain = JsonSerializer.SerializeToUtf8Bytes(credentials, VaultJson.Default.NetworkCredentials);
        var box = new byte[NonceBytes + TagBytes + plain.Length];
        RandomNumberGenerator.Fill(box.AsSpan(0, NonceBytes));
        using var aes = new AesGcm(_key, TagBytes);
        aes.Encrypt(box.AsSpan(0, NonceBytes), plain, box.AsSpan(NonceBytes + TagBytes), box.AsSpan(NonceBytes, TagBytes), Owner(user, network));
        CryptographicOperations.ZeroMemory(plain);
        return Convert.ToBase64String(box);
    }

    /// <summary>Decrypts credentials; null when there are none, or when they are not for this key, user and network.</summary>
    public NetworkCredentials? Unseal(string? text, UserId user, string network)
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
            aes.Decrypt(box.AsSpan(0, NonceBytes), box.AsSpan(NonceBytes + TagBytes), box.AsSpan(NonceBytes, TagBytes), plain, Owner(user, network));
            return JsonSerializer.Deserialize(plain, VaultJson.Default.NetworkCredentials);
        }
        catch (Exception e) when (e is CryptographicException or FormatException or JsonException)
        {
            return null;
        }
    }

    private static byte[] Owner(UserId user, string network) => Encoding.UTF8.GetBytes((string)RedisKeys.IrcConnectionMember(user, network)!);
}

[JsonSerializable(typeof(NetworkCredentials))]
internal sealed partial class VaultJson : JsonSerializerContext;

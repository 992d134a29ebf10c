using System.Security.Cryptography;

namespace Mas.Server.Sockets;

/// <summary>The name of this run of this server; session ids begin with it, and its wake-ups go to <c>wake:&lt;id&gt;</c>.</summary>
internal sealed class ServerIdentity
{
    internal string Id { get; } = "s" + RandomNumberGenerator.GetHexString(10, lowercase: true);

    internal string NewSessionId() => $"{Id}-{RandomNumberGenerator.GetHexString(16, lowercase: true)}";
}

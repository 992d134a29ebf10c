using System.Text;

namespace Mas.Core.Queues;

/// <summary>Names of the backends' endpoints; <c>inbox:&lt;endpoint&gt;</c> is where one receives.</summary>
public static class Endpoints
{
    /// <summary>MAS's own conversations.</summary>
    public const string Loopback = "loopbackparser";

    /// <summary>The IRC protocol's logic.</summary>
    public const string IrcParser = "ircparser";

    /// <summary>The IRC connections.</summary>
    public const string ConnectionManager = "connectionmanager";

    /// <summary>All of them.</summary>
    public static readonly string[] All = [Loopback, IrcParser, ConnectionManager];
}

/// <summary>An entry that was taken from an inbox.</summary>
/// <param name="Json">As it was sent.</param>
/// <param name="Redelivered">Whether an earlier holder may have handled it, wholly or in part.</param>
public sealed record InboxEntry(byte[] Json, bool Redelivered)
{
    /// <summary>How the JSON of an entry begins that changed its inbox after somebody may have handled it.</summary>
    internal const string Mark = "{\"redelivered\":true,";

    private static readonly byte[] MarkBytes = Encoding.UTF8.GetBytes(Mark);

    /// <summary>An entry as it was taken.</summary>
    internal static InboxEntry From(byte[] json, bool redelivered) => new(json, redelivered || json.AsSpan().StartsWith(MarkBytes));

    /// <summary>The same entry, marked as redelivered.</summary>
    public static byte[] Marked(byte[] json) =>
        json.AsSpan().StartsWith(MarkBytes) ? json : [.. MarkBytes, .. json.AsSpan(1)];
}

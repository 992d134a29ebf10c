using System.Text;

namespace Mas.Core.Queues;

/// <summary>Names of the workers' endpoints; <c>inbox:&lt;endpoint&gt;</c> is the inbox of one.</summary>
public static class Endpoints
{
    /// <summary>MAS conversations.</summary>
    public const string Loopback = "loopbackparser";

    /// <summary>The IRC parser.</summary>
    public const string IrcParser = "ircparser";

    /// <summary>The IRC connection manager.</summary>
    public const string ConnectionManager = "connectionmanager";

    /// <summary>All of them.</summary>
    public static readonly string[] All = [Loopback, IrcParser, ConnectionManager];
}

/// <summary>A claimed entry of an inbox.</summary>
/// <param name="Json">As it was sent.</param>
/// <param name="Redelivered">Whether an earlier lease holder may have handled it, at least in part.</param>
public sealed record InboxEntry(byte[] Json, bool Redelivered)
{
    /// <summary>Begins the JSON of a redelivered entry that has moved to another inbox.</summary>
    internal const string Mark = "{\"redelivered\":true,";

    private static readonly byte[] MarkBytes = Encoding.UTF8.GetBytes(Mark);

    internal static InboxEntry From(byte[] json, bool redelivered) => new(json, redelivered || json.AsSpan().StartsWith(MarkBytes));

    /// <summary>The same entry, marked as redelivered.</summary>
    public static byte[] Marked(byte[] json) =>
        json.AsSpan().StartsWith(MarkBytes) ? json : [.. MarkBytes, .. json.AsSpan(1)];
}

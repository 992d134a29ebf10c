using System.Diagnostics.CodeAnalysis;
using System.Text;

namespace Mas.Core.Queues;

/// <summary>
/// The part of a wake-up that carries a trace: <c>trace=&lt;traceparent&gt;,&lt;session&gt;,…</c>. Only what is sampled has one, and it
/// stands before the names of the sessions; so outbox entries, which clients get as they are, stay what they are.
/// </summary>
public static class WakeTrace
{
    /// <summary>The most sessions of a server whose frames one trace shows: a message to a large group must not be thousands of spans.</summary>
    public const int MaxSessions = 16;

    private const string Prefix = "trace=";

    /// <summary>Writes the part, with the space behind it.</summary>
    internal static void Append(StringBuilder to, string traceparent, IEnumerable<SessionRef> sessions)
    {
        to.Append(Prefix).Append(traceparent);
        foreach (var session in sessions.Take(MaxSessions))
            to.Append(',').Append(session.UserId.Value).Append(':').Append(session.SessionId);
        to.Append(' ');
    }

    /// <summary>Reads a part of a wake-up; false when it is the name of a session.</summary>
    public static bool TryRead(string part, [NotNullWhen(true)] out string? traceparent, out IReadOnlyList<SessionRef> sessions)
    {
        (traceparent, sessions) = (null, []);
        if (!part.StartsWith(Prefix, StringComparison.Ordinal))
            return false;
        var fields = part[Prefix.Length..].Split(',');
        traceparent = fields[0];
        sessions = [.. fields.Skip(1).Select(name => SessionRef.TryParse(name, out var session) ? session : default).Where(session => session != default)];
        return true;
    }
}

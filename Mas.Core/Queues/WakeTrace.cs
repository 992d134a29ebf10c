using System.Diagnostics.CodeAnalysis;
using System.Text;

namespace Mas.Core.Queues;

/// <summary>
/// The word of a wake-up that carries a trace: <c>trace=&lt;traceparent&gt;,&lt;session&gt;,…</c>, before the names of sessions. Outbox
/// entries can't carry it, because clients get them unchanged.
/// </summary>
public static class WakeTrace
{
    /// <summary>The most sessions of a server in one trace, so that a message to a large group is not thousands of spans.</summary>
    public const int MaxSessions = 16;

    private const string Prefix = "trace=";

    /// <summary>Writes the word and a space.</summary>
    internal static void Append(StringBuilder to, string traceparent, IEnumerable<SessionRef> sessions)
    {
        to.Append(Prefix).Append(traceparent);
        foreach (var session in sessions.Take(MaxSessions))
            to.Append(',').Append(session.UserId.Value).Append(':').Append(session.SessionId);
        to.Append(' ');
    }

    /// <summary>Reads a word of a wake-up; false for the name of a session.</summary>
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

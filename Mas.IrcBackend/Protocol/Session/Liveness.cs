namespace Mas.IrcBackend.Protocol.Session;

/// <summary>
/// Finds out that a connection is dead: when nothing has been heard for a while it asks, and when the answer stays away
/// it is over. Any byte counts as a sign of life.
/// </summary>
/// <param name="now">The time at which it starts.</param>
internal sealed class Liveness(DateTimeOffset now)
{
    /// <summary>Silence after which we send a PING.</summary>
    internal static readonly TimeSpan IdleLimit = TimeSpan.FromSeconds(60);

    /// <summary>Silence after our PING that ends the connection.</summary>
    internal static readonly TimeSpan AnswerLimit = TimeSpan.FromSeconds(30);

    /// <summary>The token of our PINGs; an answer that carries it is nobody else's business.</summary>
    internal const string Token = "mas-alive";

    private bool _asked;

    /// <summary>When to look again.</summary>
    internal DateTimeOffset NextDue { get; private set; } = now + IdleLimit;

    /// <summary>Whether the connection is dead.</summary>
    internal bool IsDead { get; private set; }

    /// <summary>Something was heard.</summary>
    internal void Heard(DateTimeOffset now)
    {
        _asked = false;
        NextDue = now + IdleLimit;
    }

    /// <summary>Looks at the clock; gives the PING to send, or null.</summary>
    internal string? CheckTimers(DateTimeOffset now)
    {
        if (now < NextDue)
            return null;
        if (_asked)
        {
            IsDead = true;
            return null;
        }
        _asked = true;
        NextDue = now + AnswerLimit;
        return IrcLine.WithText(Token, "PING");
    }
}

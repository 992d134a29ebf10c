namespace Mas.IrcBackend.Protocol.Session;

/// <summary>
/// Detects dead connections: sends a PING after a silence, and gives up when that is not answered. Any received byte counts.
/// </summary>
/// <param name="now">The time at which it starts.</param>
internal sealed class Liveness(DateTimeOffset now)
{
    /// <summary>The silence after which a PING is sent.</summary>
    internal static readonly TimeSpan IdleLimit = TimeSpan.FromSeconds(60);

    /// <summary>The silence after the PING that ends the connection.</summary>
    internal static readonly TimeSpan AnswerLimit = TimeSpan.FromSeconds(30);

    /// <summary>The token of these PINGs; PONGs with it are not passed on.</summary>
    internal const string Token = "mas-alive";

    private bool _asked;

    /// <summary>When to call <see cref="CheckTimers"/> next.</summary>
    internal DateTimeOffset NextDue { get; private set; } = now + IdleLimit;

    /// <summary>Whether the connection is dead.</summary>
    internal bool IsDead { get; private set; }

    internal void Heard(DateTimeOffset now)
    {
        _asked = false;
        NextDue = now + IdleLimit;
    }

    /// <summary>Gives the PING to send, or null.</summary>
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

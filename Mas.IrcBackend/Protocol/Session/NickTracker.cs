namespace Mas.IrcBackend.Protocol.Session;

/// <summary>
/// Tracks the nick, which is what the server says (001, NICK) and never what was sent; finds another one when it is refused before
/// 001, and regains the wanted one when it becomes free.
/// </summary>
/// <param name="wanted">The nick that the user wants.</param>
/// <param name="lengthHint">NICKLEN of an earlier connection, or null.</param>
internal sealed class NickTracker(string wanted, int? lengthHint)
{
    /// <summary>The interval of attempts to regain the wanted nick.</summary>
    internal static readonly TimeSpan RegainInterval = TimeSpan.FromSeconds(30);

    private readonly NickAlternatives _alternatives = new(wanted, lengthHint);
    private string _sent = wanted;
    private bool _regaining;
    private bool _monitoring;
    private bool _attempting;
    private string? _asked;

    /// <summary>The nick that the user wants; the user's own /nick changes it.</summary>
    internal string Wanted { get; private set; } = wanted;

    /// <summary>The nick; null before 001.</summary>
    internal string? Current { get; private set; }

    /// <summary>The time of the next attempt to regain the wanted nick, or null.</summary>
    internal DateTimeOffset? NextDue { get; private set; }

    /// <summary>Takes a refusal before 001 and gives the next nick to try; null when none is left.</summary>
    internal string? Refused(IrcMessage message)
    {
        // Before 001 the first parameter is "*" or missing; the nick is the one before the text.
        var refused = message.Parameter(message.Parameters.Count >= 3 ? 1 : 0);
        if (_alternatives.Next(refused, _sent, message.Command == "432") is not { } next)
            return null;
        _regaining = true;
        _sent = next;
        return next;
    }

    /// <summary>001 names the nick.</summary>
    internal void Welcomed(string nick) => Current = nick;

    /// <summary>The registration is complete: starts to regain the wanted nick if another one had to be taken.</summary>
    internal IReadOnlyList<string> Completed(ISupport support, DateTimeOffset now)
    {
        _regaining = _regaining && !Has(support);
        return _regaining ? Watch(support, now) : [];
    }

    /// <summary>
    /// Takes a line after 001 and gives the lines to send. <paramref name="isOurs"/>: the line answers an attempt to regain the nick, and
    /// is not passed on.
    /// </summary>
    internal IReadOnlyList<string> Accept(IrcMessage message, ISupport support, DateTimeOffset now, out bool isOurs)
    {
        isOurs = false;
        switch (message.Command)
        {
            case "NICK" when IsMe(message.Source?.Nick, support):
                return Changed(message.Parameter(0), support, now);
            case "NICK" or "QUIT" when _regaining && support.CaseMapping.Equals(message.Source?.Nick, Wanted):
                return Try(now);
            case "730" or "731" when _monitoring && IsAboutWanted(message.Last, support):
                isOurs = true;
                return message.Command == "731" ? Try(now) : [];
            case "734" when _monitoring:
                // The MONITOR list is full: only the timer is left.
                isOurs = true;
                _monitoring = false;
                NextDue = now + RegainInterval;
                return [];
            case "432" or "433" or "436" or "437" or "438" or "447" when _attempting && support.CaseMapping.Equals(message.Parameter(1), Wanted):
                isOurs = true;
                _attempting = false;
                return [];
            case "432" or "433" or "436" or "437" or "438" or "447":
                _asked = null;
                return [];
            default:
                return [];
        }
    }

    /// <summary>The user asks for a nick; nothing is retried from now on.</summary>
    internal IReadOnlyList<string> Asked(string nick)
    {
        _asked = nick;
        return StopRegaining();
    }

    /// <summary>Gives the attempt to regain that is due.</summary>
    internal IReadOnlyList<string> CheckTimers(DateTimeOffset now) =>
        _regaining && NextDue is { } due && now >= due ? Try(now) : [];

    private bool IsMe(string? nick, ISupport support) => Current is not null && support.CaseMapping.Equals(nick, Current);

    // A server with a shorter NICKLEN cuts the wanted nick.
    private bool Has(ISupport support) =>
        IsMe(support.NickLength is { } length && length < Wanted.Length ? Wanted[..length] : Wanted, support);

    private IReadOnlyList<string> Changed(string nick, ISupport support, DateTimeOffset now)
    {
        var old = Current;
        Current = nick;
        _attempting = false;
        if (_asked is not null && support.CaseMapping.Equals(_asked, nick))
        {
            Wanted = nick;
            _asked = null;
        }
        if (Has(support))
            return StopRegaining();
        // After a collision some servers rename both users to their unique ids; the nick is regained. Other forced changes come from
        // services or operators and are accepted.
        if (IsUniqueId(nick) && old is not null)
        {
            _regaining = true;
            return Watch(support, now);
        }
        return [];
    }

    private IReadOnlyList<string> Watch(ISupport support, DateTimeOffset now)
    {
        if (support.MonitorLimit is null)
        {
            NextDue = now + RegainInterval;
            return [];
        }
        _monitoring = true;
        return [IrcLine.Of("MONITOR", "+", Wanted)];
    }

    private IReadOnlyList<string> Try(DateTimeOffset now)
    {
        // MONITOR says that it is free, but the server may hold or refuse it: then the timer goes on.
        NextDue = now + RegainInterval;
        _attempting = true;
        return [IrcLine.Of("NICK", Wanted)];
    }

    private IReadOnlyList<string> StopRegaining()
    {
        _regaining = false;
        NextDue = null;
        if (!_monitoring)
            return [];
        _monitoring = false;
        return [IrcLine.Of("MONITOR", "-", Wanted)];
    }

    private bool IsAboutWanted(string targets, ISupport support) =>
        !targets.Contains(',', StringComparison.Ordinal) && support.CaseMapping.Equals(IrcSource.Parse(targets).Nick, Wanted);

    private static bool IsUniqueId(string nick) =>
        nick.Length is 9 && char.IsAsciiDigit(nick[0]) && nick.All(character => char.IsAsciiDigit(character) || char.IsAsciiLetterUpper(character));
}

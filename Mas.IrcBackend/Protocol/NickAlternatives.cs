namespace Mas.IrcBackend.Protocol;

/// <summary>
/// The nicks to try when the server refuses ours before 001. They differ from each other also after a server has cut
/// them to its NICKLEN, and they end.
/// </summary>
internal sealed class NickAlternatives
{
    /// <summary>The length that every server allows (RFC 1459 §1.2).</summary>
    internal const int SafeLength = 9;

    /// <summary>How many alternatives are tried before the attempt is given up.</summary>
    internal const int MaxTries = 20;

    private readonly HashSet<string> _tried;
    private string _base;
    private int _limit;
    private int _suffix;

    /// <summary>Starts with the nick that is tried first.</summary>
    /// <param name="wanted">The user's nick.</param>
    /// <param name="limit">NICKLEN when an earlier connection has told it, else null.</param>
    public NickAlternatives(string wanted, int? limit = null)
    {
        _base = wanted;
        _limit = limit ?? Math.Max(wanted.Length, SafeLength);
        _tried = new HashSet<string>(CaseMapping.Rfc1459) { wanted };
    }

    /// <summary>The next nick to try, or null when there is none left.</summary>
    /// <param name="refused">The nick as the server repeated it in its refusal.</param>
    /// <param name="sent">The nick that we had sent.</param>
    /// <param name="isInvalid">Whether the server said that it is no nick at all (432), rather than taken.</param>
    internal string? Next(string refused, string sent, bool isInvalid)
    {
        // A server that cuts nicks repeats the cut one: now we know its limit.
        if (refused.Length > 0 && refused.Length < sent.Length && sent.StartsWith(refused, StringComparison.Ordinal))
            _limit = refused.Length;
        if (isInvalid && Plain(_base) is var plain && plain != _base)
        {
            _base = plain;
            if (Cut(_base, _limit) is var cut && _tried.Add(cut))
                return cut;
        }
        else if (isInvalid && _limit > SafeLength)
            _limit = SafeLength;
        while (_suffix < MaxTries)
        {
            var suffix = _suffix == 0 ? "_" : _suffix.ToString(System.Globalization.CultureInfo.InvariantCulture);
            _suffix++;
            var nick = Cut(_base, _limit - suffix.Length) + suffix;
            if (_tried.Add(nick))
                return nick;
        }
        return null;
    }

    private static string Cut(string nick, int length) => nick[..Math.Clamp(length, 0, nick.Length)];

    // RFC 2812 §2.3.1: letters, digits, specials and the minus; a digit or a minus doesn't begin a nick.
    private static string Plain(string nick)
    {
        var plain = string.Concat(nick.Where(character => char.IsAsciiLetterOrDigit(character) || @"[]\`_^{|}-".Contains(character, StringComparison.Ordinal)));
        return plain.Length == 0 || char.IsAsciiDigit(plain[0]) || plain[0] == '-' ? "m" + plain : plain;
    }
}

namespace Mas.IrcBackend.Protocol;

/// <summary>
/// The statuses that members of a channel may have (ISUPPORT PREFIX), highest first, and the roles that MAS shows. A member's status is
/// all mode letters that the member holds, highest first ("ov"), so that losing <c>o</c> leaves <c>v</c>.
/// </summary>
internal sealed class MemberPrefixes
{
    private readonly string _modes;
    private readonly string _symbols;

    private MemberPrefixes(string modes, string symbols)
    {
        _modes = modes;
        _symbols = symbols;
    }

    /// <summary>RFC 1459: operators and voice.</summary>
    internal static MemberPrefixes Default { get; } = new("ov", "@+");

    /// <summary>The mode letters, highest first.</summary>
    internal string Modes => _modes;

    /// <summary>The symbols, highest first.</summary>
    internal string Symbols => _symbols;

    /// <summary>Reads the value of PREFIX, <c>(qaohv)~&amp;@%+</c>. An empty value means no statuses, a malformed one the default.</summary>
    internal static MemberPrefixes Parse(string value)
    {
        if (value.Length == 0)
            return new MemberPrefixes("", "");
        var close = value.IndexOf(')', StringComparison.Ordinal);
        return value[0] == '(' && close > 0 && close - 1 == value.Length - close - 1
            ? new MemberPrefixes(value[1..close], value[(close + 1)..])
            : Default;
    }

    /// <summary>Whether this channel mode is a status.</summary>
    internal bool IsStatus(char mode) => _modes.Contains(mode, StringComparison.Ordinal);

    /// <summary>A status after a change to it.</summary>
    internal string Change(string status, char mode, bool add) =>
        string.Concat(_modes.Where(letter => letter == mode ? add : status.Contains(letter, StringComparison.Ordinal)));

    /// <summary>
    /// Splits an entry of NAMES (<c>@+nick</c>, with userhost-in-names <c>@nick!user@host</c>) into the status and who.
    /// </summary>
    internal (string Status, IrcSource Member) SplitName(string entry)
    {
        var start = 0;
        while (start < entry.Length && _symbols.Contains(entry[start], StringComparison.Ordinal))
            start++;
        return (FromSymbols(entry.AsSpan(0, start)), IrcSource.Parse(entry[start..]));
    }

    /// <summary>The status that these symbols stand for, as a line of NAMES or WHO gives them.</summary>
    internal string FromSymbols(ReadOnlySpan<char> symbols)
    {
        var status = "";
        for (var i = 0; i < _symbols.Length; i++)
            status += symbols.Contains(_symbols[i]) ? _modes[i].ToString() : "";
        return status;
    }

    /// <summary>The role that MAS shows: <c>*</c> for <c>~</c>, <c>@</c> for <c>&amp;</c>, <c>@</c> and <c>%</c>, <c>+</c>, else <c>u</c>.</summary>
    internal char Role(string status)
    {
        if (status.Length == 0)
            return 'u';
        // Symbols of a network's own above voice count as operators.
        var rank = _modes.IndexOf(status[0], StringComparison.Ordinal);
        return rank < 0 ? 'u' : _symbols[rank] switch
        {
            '~' => '*',
            '+' => '+',
            _ => rank < Rank('+') ? '@' : 'u',
        };
    }

    private int Rank(char symbol) =>
        _symbols.IndexOf(symbol, StringComparison.Ordinal) is var rank and >= 0 ? rank : _symbols.Length;
}

namespace Mas.IrcBackend.Protocol;

/// <summary>Masks of users: <c>nick!user@host</c> with <c>*</c> and <c>?</c>.</summary>
internal static class HostMask
{
    /// <summary>Whether a mask covers a text. Takes time in proportion to both lengths at worst, whatever the mask.</summary>
    internal static bool Matches(string mask, string text, CaseMapping mapping)
    {
        int m = 0, t = 0, star = -1, resume = 0;
        while (t < text.Length)
        {
            if (m < mask.Length && mask[m] == '*')
            {
                star = m++;
                resume = t;
            }
            else if (m < mask.Length && (mask[m] == '?' || mapping.Fold(mask[m]) == mapping.Fold(text[t])))
            {
                m++;
                t++;
            }
            else if (star >= 0)
            {
                m = star + 1;
                t = ++resume;
            }
            else
                return false;
        }
        return mask.AsSpan(m).TrimStart('*').IsEmpty;
    }

    /// <summary>A mask in full, from what a user types: a nick, <c>user@host</c> or a host.</summary>
    internal static string Complete(string typed)
    {
        var hasUser = typed.Contains('!', StringComparison.Ordinal);
        var hasHost = typed.Contains('@', StringComparison.Ordinal);
        return (hasUser, hasHost) switch
        {
            (true, true) => typed,
            (true, false) => typed + "@*",
            (false, true) => "*!" + typed,
            _ when typed.Contains('.', StringComparison.Ordinal) || typed.Contains(':', StringComparison.Ordinal) => "*!*@" + typed,
            _ => typed + "!*@*",
        };
    }
}

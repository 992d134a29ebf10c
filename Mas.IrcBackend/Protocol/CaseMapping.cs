namespace Mas.IrcBackend.Protocol;

/// <summary>
/// How a network compares nicks and channels (ISUPPORT CASEMAPPING). The mappings are defined over bytes and touch
/// ASCII only, so a text may be folded after decoding: letters outside ASCII always stay as they are.
/// </summary>
internal sealed class CaseMapping : IEqualityComparer<string>
{
    private readonly char _lastUpper;

    private CaseMapping(string name, char lastUpper)
    {
        Name = name;
        _lastUpper = lastUpper;
    }

    /// <summary>A–Z only.</summary>
    internal static CaseMapping Ascii { get; } = new("ascii", 'Z');

    /// <summary>A–Z, and []\~ as the capitals of {}|^ (RFC 1459 §2.2); the default.</summary>
    internal static CaseMapping Rfc1459 { get; } = new("rfc1459", '^');

    /// <summary>A–Z, and []\ as the capitals of {}|.</summary>
    internal static CaseMapping Rfc1459Strict { get; } = new("rfc1459-strict", ']');

    /// <summary>The mapping's name in ISUPPORT.</summary>
    internal string Name { get; }

    /// <summary>The mapping of this name; unknown ones (rfc8265 and such) are taken as ascii.</summary>
    internal static CaseMapping Named(string name) => name switch
    {
        "rfc1459" => Rfc1459,
        "rfc1459-strict" or "strict-rfc1459" => Rfc1459Strict,
        _ => Ascii,
    };

    /// <summary>The text in lower case: equal for texts that the network takes for the same.</summary>
    internal string Fold(string text)
    {
        if (!NeedsFolding(text))
            return text;
        return string.Create(text.Length, (text, this), static (folded, state) =>
        {
            for (var i = 0; i < folded.Length; i++)
                folded[i] = state.Item2.Fold(state.text[i]);
        });
    }

    /// <inheritdoc/>
    public bool Equals(string? x, string? y)
    {
        if (x is null || y is null || x.Length != y.Length)
            return x is null && y is null;
        for (var i = 0; i < x.Length; i++)
        {
            if (Fold(x[i]) != Fold(y[i]))
                return false;
        }
        return true;
    }

    /// <inheritdoc/>
    public int GetHashCode(string obj)
    {
        var hash = default(HashCode);
        foreach (var character in obj)
            hash.Add(Fold(character));
        return hash.ToHashCode();
    }

    /// <summary>One character in lower case.</summary>
    internal char Fold(char character) => character switch
    {
        >= 'A' and <= ']' when character <= _lastUpper => (char)(character + 32),
        '~' when _lastUpper == '^' => '^',
        _ => character,
    };

    private bool NeedsFolding(string text)
    {
        foreach (var character in text)
        {
            if (Fold(character) != character)
                return true;
        }
        return false;
    }
}

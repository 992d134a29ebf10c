namespace Mas.IrcBackend.Protocol;

/// <summary>When a channel mode takes a parameter.</summary>
internal enum ChannelModeKind
{
    /// <summary>Type A: an entry of a list (bans); without a parameter it asks for the list.</summary>
    List,

    /// <summary>Type B: always with a parameter (the key).</summary>
    Always,

    /// <summary>Type C: with a parameter only when it is set (the limit).</summary>
    WhenSet,

    /// <summary>Type D: never.</summary>
    Flag,

    /// <summary>A member's status (PREFIX): always, a nick.</summary>
    Status,
}

/// <summary>The four lists of ISUPPORT CHANMODES.</summary>
/// <param name="Lists">Type A.</param>
/// <param name="Always">Type B.</param>
/// <param name="WhenSet">Type C.</param>
/// <param name="Flags">Type D.</param>
internal sealed record ChannelModeKinds(string Lists, string Always, string WhenSet, string Flags)
{
    /// <summary>What RFC 2811 has.</summary>
    internal static ChannelModeKinds Default { get; } = new("beI", "k", "l", "aimnpqrst");

    /// <summary>Reads the value of CHANMODES; missing lists are empty, further ones are ignored.</summary>
    internal static ChannelModeKinds Parse(string value)
    {
        var lists = value.Split(',');
        string At(int index) => index < lists.Length ? lists[index] : "";
        return new ChannelModeKinds(At(0), At(1), At(2), At(3));
    }

    /// <summary>The kind of a mode; one that the server never mentioned takes no parameter.</summary>
    internal ChannelModeKind KindOf(char mode, MemberPrefixes prefixes) => mode switch
    {
        _ when prefixes.IsStatus(mode) => ChannelModeKind.Status,
        _ when Lists.Contains(mode, StringComparison.Ordinal) => ChannelModeKind.List,
        _ when Always.Contains(mode, StringComparison.Ordinal) => ChannelModeKind.Always,
        _ when WhenSet.Contains(mode, StringComparison.Ordinal) => ChannelModeKind.WhenSet,
        _ => ChannelModeKind.Flag,
    };
}

namespace Mas.IrcBackend.Protocol;

/// <summary>One change that a MODE line (or 324) tells.</summary>
/// <param name="Add">Whether the mode is set.</param>
/// <param name="Mode">The mode's letter.</param>
/// <param name="Kind">What kind of mode it is on this server.</param>
/// <param name="Parameter">Its parameter, or null when it has none or the line lacked it.</param>
internal sealed record ModeChange(bool Add, char Mode, ChannelModeKind Kind, string? Parameter)
{
    /// <summary>Reads the changes of a channel's MODE.</summary>
    /// <param name="support">Says which modes take parameters.</param>
    /// <param name="arguments">The parameters of the line behind the channel: modes, then their parameters, then modes again …</param>
    internal static IReadOnlyList<ModeChange> ParseChannel(ISupport support, IReadOnlyList<string> arguments)
    {
        var changes = new List<ModeChange>();
        var next = 0;
        while (next < arguments.Count)
        {
            var modes = arguments[next++];
            var add = true;
            foreach (var mode in modes)
            {
                if (mode is '+' or '-')
                {
                    add = mode == '+';
                    continue;
                }
                var kind = support.ChannelModes.KindOf(mode, support.Prefixes);
                var takesParameter = kind is not ChannelModeKind.Flag && (kind is not ChannelModeKind.WhenSet || add);
                changes.Add(new ModeChange(add, mode, kind, takesParameter && next < arguments.Count ? arguments[next++] : null));
            }
        }
        return changes;
    }

    /// <summary>Reads the changes of a user's own MODE: letters only.</summary>
    internal static IReadOnlyList<ModeChange> ParseUser(string modes)
    {
        var changes = new List<ModeChange>();
        var add = true;
        foreach (var mode in modes)
        {
            if (mode is '+' or '-')
                add = mode == '+';
            else
                changes.Add(new ModeChange(add, mode, ChannelModeKind.Flag, null));
        }
        return changes;
    }
}

namespace Mas.IrcBackend.Protocol;

/// <summary>A channel to join.</summary>
/// <param name="Channel">Its name.</param>
/// <param name="Key">Its key; null or "" for none.</param>
internal sealed record JoinTarget(string Channel, string? Key = null);

/// <summary>The lines that join channels.</summary>
/// <param name="Lines">The JOIN lines.</param>
/// <param name="BeyondLimit">The channels left out because of CHANLIMIT.</param>
internal sealed record JoinPlan(IReadOnlyList<string> Lines, IReadOnlyList<JoinTarget> BeyondLimit);

/// <summary>Joins many channels in few lines: <c>JOIN a,b,c k,k</c>.</summary>
internal static class JoinBatcher
{
    /// <param name="targets">The channels, the most important first.</param>
    /// <param name="support">Gives TARGMAX and CHANLIMIT.</param>
    /// <param name="joined">The channels that are joined already; they count against CHANLIMIT.</param>
    internal static JoinPlan Plan(IEnumerable<JoinTarget> targets, ISupport support, IEnumerable<string> joined)
    {
        var used = joined.ToList();
        var accepted = new List<JoinTarget>();
        var beyond = new List<JoinTarget>();
        foreach (var target in targets)
        {
            if (support.ChannelLimit(target.Channel) is { } limit
                && used.Count(channel => channel.Length > 0 && limit.Types.Contains(channel[0], StringComparison.Ordinal)) >= limit.Limit)
            {
                beyond.Add(target);
            }
            else
            {
                accepted.Add(target);
                used.Add(target.Channel);
            }
        }
        return new JoinPlan(Lines(accepted, support.MaxTargets("JOIN") ?? int.MaxValue), beyond);
    }

    private static List<string> Lines(List<JoinTarget> targets, int max)
    {
        var lines = new List<string>();
        var channels = new List<string>();
        var keys = new List<string>();
        var bytes = 0;

        // Keys belong to channels by position: channels with keys come first.
        foreach (var (channel, key) in targets.OrderBy(target => string.IsNullOrEmpty(target.Key)))
        {
            var more = LineCharset.ByteCount(channel) + 1 + (string.IsNullOrEmpty(key) ? 0 : LineCharset.ByteCount(key) + 1);
            if (channels.Count > 0 && (channels.Count >= max || bytes + more > IrcLine.MaxBytes - "JOIN  \r\n".Length))
            {
                lines.Add(Line(channels, keys));
                channels.Clear();
                keys.Clear();
                bytes = 0;
            }
            bytes += more;
            channels.Add(channel);
            if (!string.IsNullOrEmpty(key))
                keys.Add(key);
        }
        if (channels.Count > 0)
            lines.Add(Line(channels, keys));
        return lines;
    }

    private static string Line(List<string> channels, List<string> keys) => keys.Count == 0
        ? IrcLine.Of("JOIN", string.Join(',', channels))
        : IrcLine.Of("JOIN", string.Join(',', channels), string.Join(',', keys));
}

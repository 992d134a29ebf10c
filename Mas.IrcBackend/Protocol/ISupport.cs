using System.Globalization;
using System.Text;

namespace Mas.IrcBackend.Protocol;

/// <summary>
/// What the server has said about itself in 005 (ISUPPORT). It may come in several lines and at any time, and a line may
/// take tokens back; one object lives exactly as long as its connection, so nothing is carried over a reconnect.
/// </summary>
internal sealed class ISupport
{
    private readonly Dictionary<string, string> _tokens = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>Makes the state before the first 005: every accessor gives its default.</summary>
    public ISupport() => Rebuild();

    /// <summary>CASEMAPPING; rfc1459 until the server says otherwise.</summary>
    internal CaseMapping CaseMapping { get; private set; } = CaseMapping.Rfc1459;

    /// <summary>PREFIX: the statuses of members, highest first.</summary>
    internal MemberPrefixes Prefixes { get; private set; } = MemberPrefixes.Default;

    /// <summary>CHANMODES: which channel modes take a parameter.</summary>
    internal ChannelModeKinds ChannelModes { get; private set; } = ChannelModeKinds.Default;

    /// <summary>CHANTYPES: the first characters of channel names.</summary>
    internal string ChannelTypes => this["CHANTYPES"] ?? "#&";

    /// <summary>STATUSMSG: prefixes that may stand before a channel to reach only members with that status.</summary>
    internal string StatusMessagePrefixes => this["STATUSMSG"] ?? "";

    /// <summary>NICKLEN (or MAXNICKLEN), null when the server hasn't said.</summary>
    internal int? NickLength => Number("NICKLEN") ?? Number("MAXNICKLEN");

    /// <summary>CHANNELLEN, null when the server hasn't said.</summary>
    internal int? ChannelLength => Number("CHANNELLEN");

    /// <summary>TOPICLEN, null when the server hasn't said.</summary>
    internal int? TopicLength => Number("TOPICLEN");

    /// <summary>KICKLEN, null when the server hasn't said.</summary>
    internal int? KickLength => Number("KICKLEN");

    /// <summary>LINELEN: bytes of a line, CR LF included; 512 unless the server takes longer ones.</summary>
    internal int LineLength => Math.Clamp(Number("LINELEN") ?? IrcLine.MaxBytes, IrcLine.MaxBytes, 65536);

    /// <summary>USERLEN, with the length that most servers have as the default.</summary>
    internal int UserLength => Number("USERLEN") ?? 10;

    /// <summary>HOSTLEN, with the length of RFC 1123 as the default.</summary>
    internal int HostLength => Number("HOSTLEN") ?? 63;

    /// <summary>MODES: how many modes with a parameter one MODE may carry; 3 by default, null for no limit.</summary>
    internal int? ModesPerCommand => this["MODES"] is { } value ? (value.Length == 0 ? null : ToNumber(value) ?? 3) : 3;

    /// <summary>MONITOR: how many nicks may be watched, null when there is no MONITOR, <see cref="int.MaxValue"/> for no limit.</summary>
    internal int? MonitorLimit => this["MONITOR"] is { } value ? ToNumber(value) ?? int.MaxValue : null;

    /// <summary>WHOX: whether WHO takes field selectors.</summary>
    internal bool HasWhox => this["WHOX"] is not null;

    /// <summary>UTF8ONLY: whether the server refuses anything that is not UTF-8.</summary>
    internal bool IsUtf8Only => this["UTF8ONLY"] is not null;

    /// <summary>SAFERATE: whether the server paces clients itself, so that we need not.</summary>
    internal bool HasSafeRate => this["SAFERATE"] is not null;

    /// <summary>BOT: the user mode that marks a bot, or null.</summary>
    internal char? BotMode => this["BOT"] is { Length: > 0 } value ? value[0] : null;

    /// <summary>NETWORK: the network's name, or null.</summary>
    internal string? NetworkName => this["NETWORK"];

    /// <summary>CHATHISTORY: the most messages one request gives (0: no limit), or null when there is no history.</summary>
    internal int? ChatHistoryLimit => (this["CHATHISTORY"] ?? this["draft/CHATHISTORY"]) is { } value ? ToNumber(value) ?? 0 : null;

    /// <summary>The value of a token, "" when it has none, null when it isn't set.</summary>
    internal string? this[string token] => _tokens.GetValueOrDefault(token);

    /// <summary>Applies the parameters of a 005: our nick first, the remark last.</summary>
    internal void Apply(IReadOnlyList<string> parameters)
    {
        for (var i = 1; i < parameters.Count; i++)
        {
            // The remark ("are supported by this server") is the only parameter with a space in it.
            if (!parameters[i].Contains(' ', StringComparison.Ordinal))
                ApplyToken(parameters[i]);
        }
        Rebuild();
    }

    /// <summary>Whether a name is a channel's here.</summary>
    internal bool IsChannel(string name) => name.Length > 0 && ChannelTypes.Contains(name[0], StringComparison.Ordinal);

    /// <summary>
    /// Splits a target such as <c>@#c</c> into the status prefixes and the channel (STATUSMSG); a target without any has "".
    /// </summary>
    internal (string Status, string Target) SplitStatus(string target)
    {
        var channel = target.AsSpan().TrimStart(StatusMessagePrefixes);
        var name = channel.ToString();
        // "+" and "&" may be both a prefix and a channel type: what is left must be a channel for it to be a status.
        return name.Length < target.Length && StatusMessagePrefixes.Length > 0 && IsChannel(name)
            ? (target[..^name.Length], name)
            : ("", target);
    }

    /// <summary>TARGMAX: how many targets a command takes; null for no limit, 1 when the server has not said.</summary>
    internal int? MaxTargets(string command)
    {
        if (this["TARGMAX"] is not { } value)
        {
            // JOIN, PART and KICK lists are as old as RFC 1459 and everywhere; for others a list is a risk.
            return command is "JOIN" or "PART" ? null : ToNumber(this["MAXTARGETS"] ?? "") ?? 1;
        }
        foreach (var entry in value.Split(','))
        {
            var colon = entry.IndexOf(':', StringComparison.Ordinal);
            if (colon >= 0 && entry.AsSpan(0, colon).Equals(command, StringComparison.OrdinalIgnoreCase))
                return ToNumber(entry[(colon + 1)..]);
        }
        return 1;
    }

    /// <summary>
    /// CHANLIMIT (or MAXCHANNELS): for a channel, the types that share its limit and how many of them we may be in;
    /// null for no limit.
    /// </summary>
    internal (string Types, int Limit)? ChannelLimit(string channel)
    {
        if (channel.Length == 0)
            return null;
        foreach (var entry in (this["CHANLIMIT"] ?? "").Split(','))
        {
            var colon = entry.IndexOf(':', StringComparison.Ordinal);
            if (colon > 0 && entry.AsSpan(0, colon).Contains(channel[0]))
                return ToNumber(entry[(colon + 1)..]) is { } limit ? (entry[..colon], limit) : null;
        }
        return Number("MAXCHANNELS") is { } all ? (ChannelTypes, all) : null;
    }

    /// <summary>CLIENTTAGDENY: whether the server would drop this client-only tag (named without its +).</summary>
    internal bool DeniesClientTag(string tag)
    {
        var denied = false;
        foreach (var entry in (this["CLIENTTAGDENY"] ?? "").Split(','))
        {
            denied = entry switch
            {
                "*" => true,
                _ when entry == tag => true,
                _ when entry == "-" + tag => false,
                _ => denied,
            };
        }
        return denied;
    }

    private void ApplyToken(string token)
    {
        if (token.StartsWith('-'))
        {
            _tokens.Remove(token[1..]);
            return;
        }
        var equals = token.IndexOf('=', StringComparison.Ordinal);
        var name = equals < 0 ? token : token[..equals];
        if (name.Length > 0)
            _tokens[name] = equals < 0 ? "" : Unescape(token[(equals + 1)..]);
    }

    private void Rebuild()
    {
        CaseMapping = this["CASEMAPPING"] is { } mapping ? CaseMapping.Named(mapping) : CaseMapping.Rfc1459;
        Prefixes = this["PREFIX"] is { } prefix ? MemberPrefixes.Parse(prefix) : MemberPrefixes.Default;
        ChannelModes = this["CHANMODES"] is { } modes ? ChannelModeKinds.Parse(modes) : ChannelModeKinds.Default;
    }

    private int? Number(string token) => this[token] is { } value ? ToNumber(value) : null;

    private static int? ToNumber(string value) =>
        int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number > 0 ? number : null;

    // \xHH stands for a byte that could not stand in a token, a space above all.
    private static string Unescape(string value)
    {
        if (!value.Contains(@"\x", StringComparison.Ordinal))
            return value;
        var text = new StringBuilder(value.Length);
        for (var i = 0; i < value.Length; i++)
        {
            if (value[i] == '\\' && i + 3 < value.Length && value[i + 1] == 'x'
                && byte.TryParse(value.AsSpan(i + 2, 2), NumberStyles.HexNumber, CultureInfo.InvariantCulture, out var code)
                && code is > 0 and not (byte)'\r' and not (byte)'\n')
            {
                text.Append((char)code);
                i += 3;
            }
            else
                text.Append(value[i]);
        }
        return text.ToString();
    }
}

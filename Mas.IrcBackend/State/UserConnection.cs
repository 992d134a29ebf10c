using Mas.IrcBackend.Protocol;

namespace Mas.IrcBackend.State;

/// <summary>A channel that a user is in.</summary>
/// <param name="Id">Its conversation.</param>
/// <param name="Name">Its name as the server spells it.</param>
internal sealed record UserChannel(ConversationId Id, string Name);

/// <summary>
/// The parser's record of one user's connection to one network. What the server would not repeat is saved in
/// <c>ircconnection:</c>; the rest is harmless to lose. Only entries with its ordering key touch it.
/// </summary>
internal sealed class UserConnection(UserId user, string network)
{
    internal UserId User { get; } = user;

    internal string Network { get; } = network;

    /// <summary>The number of the connection; 0 before the first.</summary>
    internal long Generation { get; set; }

    /// <summary>The place of the last handled entry.</summary>
    internal long LastSeq { get; set; }

    /// <summary>Whether the registration is complete, so that lines can be sent.</summary>
    internal bool IsRegistered { get; set; }

    /// <summary>The user's nick; empty before 001.</summary>
    internal string Nick { get; set; } = "";

    /// <summary>The user's user@host as others see it; null until a line has shown it.</summary>
    internal string? UserHost { get; set; }

    internal string Server { get; set; } = "";

    /// <summary>The server's ISUPPORT tokens.</summary>
    internal ISupport Support { get; set; } = new();

    /// <summary>The enabled capabilities, with the server's values.</summary>
    internal IReadOnlyDictionary<string, string> Capabilities { get; set; } = new Dictionary<string, string>();

    /// <summary>The channels whose windows the user has, by folded name.</summary>
    internal Dictionary<string, UserChannel> Channels { get; } = new(StringComparer.Ordinal);

    /// <summary>The user's 1on1 windows that are open, by peer.</summary>
    internal Dictionary<UserId, ConversationId> OneOnOnes { get; } = [];

    /// <summary>The commands that were executed lately.</summary>
    internal ExecutedCommands Executed { get; set; } = ExecutedCommands.Of("");

    /// <summary>Commands that the server has yet to answer, with the window in which they were typed.</summary>
    internal PendingReplies<ConversationId> Asked { get; } = new(TimeSpan.FromSeconds(30));

    /// <summary>When CTCP queries were answered, for the rate limit.</summary>
    internal Queue<DateTimeOffset> CtcpAnswers { get; } = new();

    internal CaseMapping Mapping => Support.CaseMapping;

    /// <summary>The limits of draft/multiline; null when the server takes single lines only.</summary>
    internal MultilineLimits? Multiline => Has("batch") && Capabilities.TryGetValue(MultilineLimits.Capability, out var value) ? MultilineLimits.Parse(value) : null;

    /// <summary>Whether a capability is enabled.</summary>
    internal bool Has(string capability) => Capabilities.ContainsKey(capability);

    /// <summary>Whether this is the user's own nick.</summary>
    internal bool IsMe(string? nick) => Nick.Length > 0 && Mapping.Equals(nick, Nick);

    /// <summary>The user's channel of this name, or null.</summary>
    internal UserChannel? Channel(string name) => Channels.GetValueOrDefault(Mapping.Fold(name));

    /// <summary>Resets what belonged to the connection before.</summary>
    internal void Begin(long generation)
    {
        Generation = generation;
        LastSeq = 0;
        IsRegistered = false;
        UserHost = null;
    }
}

using Mas.Core.Model;
using Mas.IrcBackend.Protocol;

namespace Mas.IrcBackend.State;

/// <summary>A channel of a user's.</summary>
/// <param name="Id">Its conversation.</param>
/// <param name="Name">Its name, as the server spells it.</param>
internal sealed record UserChannel(ConversationId Id, string Name);

/// <summary>
/// What the parser knows of one user's connection to one network. All that can't be asked for again is in
/// <c>ircconnection:</c>; the rest is gone with the parser, and is harmless to lose. Only the key of its user and network
/// touches it.
/// </summary>
internal sealed class UserConnection(UserId user, string network)
{
    /// <summary>Whose connection.</summary>
    internal UserId User { get; } = user;

    /// <summary>To which network.</summary>
    internal string Network { get; } = network;

    /// <summary>Which connection; 0 before the first.</summary>
    internal long Generation { get; set; }

    /// <summary>The place of the last entry that was handled.</summary>
    internal long LastSeq { get; set; }

    /// <summary>Whether lines can be sent: the registration is complete.</summary>
    internal bool IsRegistered { get; set; }

    /// <summary>Our nick, empty before 001.</summary>
    internal string Nick { get; set; } = "";

    /// <summary>Our user name and host, as others see them, once a line has told; null before.</summary>
    internal string? UserHost { get; set; }

    /// <summary>The name of the server.</summary>
    internal string Server { get; set; } = "";

    /// <summary>What the server has said of itself.</summary>
    internal ISupport Support { get; set; } = new();

    /// <summary>The capabilities in force, with the server's values.</summary>
    internal IReadOnlyDictionary<string, string> Capabilities { get; set; } = new Dictionary<string, string>();

    /// <summary>The channels whose windows the user has, by folded name.</summary>
    internal Dictionary<string, UserChannel> Channels { get; } = new(StringComparer.Ordinal);

    /// <summary>The user's 1on1 windows that are open, by peer.</summary>
    internal Dictionary<UserId, ConversationId> OneOnOnes { get; } = [];

    /// <summary>The commands that were carried out lately.</summary>
    internal CommandsDone Done { get; set; } = CommandsDone.Of("");

    /// <summary>What was asked of the server a moment ago, and in which window.</summary>
    internal PendingReplies<ConversationId> Asked { get; } = new(TimeSpan.FromSeconds(30));

    /// <summary>When CTCP queries were answered lately.</summary>
    internal Queue<DateTimeOffset> CtcpAnswers { get; } = new();

    /// <summary>How the network compares nicks and channels.</summary>
    internal CaseMapping Mapping => Support.CaseMapping;

    /// <summary>What the server takes as one message of several lines; null when it takes single lines only.</summary>
    internal MultilineLimits? Multiline => Has("batch") && Capabilities.TryGetValue(MultilineLimits.Capability, out var value) ? MultilineLimits.Parse(value) : null;

    /// <summary>Whether a capability is in force.</summary>
    internal bool Has(string capability) => Capabilities.ContainsKey(capability);

    /// <summary>Whether this is our own nick.</summary>
    internal bool IsMe(string? nick) => Nick.Length > 0 && Mapping.Equals(nick, Nick);

    /// <summary>The user's channel of this name, or null.</summary>
    internal UserChannel? Channel(string name) => Channels.GetValueOrDefault(Mapping.Fold(name));

    /// <summary>Forgets what belonged to an earlier connection.</summary>
    internal void Begin(long generation)
    {
        Generation = generation;
        LastSeq = 0;
        IsRegistered = false;
        UserHost = null;
    }
}

namespace Mas.IrcBackend.Protocol;

/// <summary>The capabilities that MAS requests.</summary>
internal static class CapabilityCatalog
{
    internal const string Sasl = "sasl";

    /// <summary>Strict transport security: announced, never requested.</summary>
    internal const string Sts = "sts";

    /// <summary>Requested whenever they are offered.</summary>
    internal static IReadOnlyList<string> Always { get; } =
    [
        "account-notify", "account-tag", "away-notify", "batch", "cap-notify", "chghost", "draft/channel-rename",
        "draft/chathistory", "draft/event-playback", "draft/message-redaction", "draft/multiline", "draft/read-marker",
        "echo-message", "extended-join", "extended-monitor", "invite-notify", "labeled-response", "message-tags",
        "multi-prefix", "no-implicit-names", "draft/no-implicit-names", "server-time", "setname", "standard-replies",
        "userhost-in-names", "znc.in/playback", "znc.in/self-message",
    ];

    /// <summary>The capabilities that a connection requests.</summary>
    /// <param name="withSasl">Whether the user has an account to log in to.</param>
    internal static IReadOnlyCollection<string> Wanted(bool withSasl) =>
        withSasl ? [.. Always, Sasl] : Always;
}

namespace Mas.IrcBackend.Protocol;

/// <summary>Names of the capabilities that MAS asks for, and which of them a connection wants.</summary>
internal static class CapabilityCatalog
{
    /// <summary>The capability of SASL.</summary>
    internal const string Sasl = "sasl";

    /// <summary>Strict transport security: announced, never asked for.</summary>
    internal const string Sts = "sts";

    /// <summary>Asked for on every connection whose server offers them.</summary>
    internal static IReadOnlyList<string> Always { get; } =
    [
        "account-notify", "account-tag", "away-notify", "batch", "cap-notify", "chghost", "draft/channel-rename",
        "draft/chathistory", "draft/event-playback", "draft/message-redaction", "draft/multiline", "draft/read-marker",
        "echo-message", "extended-join", "extended-monitor", "invite-notify", "labeled-response", "message-tags",
        "multi-prefix", "no-implicit-names", "draft/no-implicit-names", "server-time", "setname", "standard-replies",
        "userhost-in-names", "znc.in/playback", "znc.in/self-message",
    ];

    /// <summary>The capabilities that a connection asks for.</summary>
    /// <param name="withSasl">Whether the user has an account to log in to.</param>
    internal static IReadOnlyCollection<string> Wanted(bool withSasl) =>
        withSasl ? [.. Always, Sasl] : Always;
}

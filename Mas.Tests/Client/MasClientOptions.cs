namespace Mas.Tests.Client;

/// <summary>How a <see cref="MasClient"/> opens its session.</summary>
public sealed record MasClientOptions
{
    /// <summary>With what it proves whose session it is.</summary>
    public MasCredential Credential { get; init; } = MasCredential.Cookie;

    /// <summary><c>maxBacklogMsgs</c> of INIT; null leaves it to the server.</summary>
    public int? MaxBacklog { get; init; } = 1000;

    /// <summary>The view of an earlier session of the same user: its messages stay, and only newer ones are asked for.</summary>
    public ChatView? Resume { get; init; }

    /// <summary>With <see cref="Resume"/>: names one gid for all windows (<c>cachedUpto</c>) instead of one for each.</summary>
    public bool ResumeByOneGid { get; init; }

    /// <summary>
    /// Whether workers crash or freeze in this test: what is told again then may name a window that is not announced yet, or
    /// is gone, and is ignored as docs/reference/protocol.md says; without faults it is a violation.
    /// </summary>
    public bool WorkersFail { get; init; }

    /// <summary>How long an acknowledgement, or the start of the session, may take.</summary>
    public TimeSpan Deadline { get; init; } = Harness.Eventually.DefaultDeadline;
}

namespace Mas.Tests.Client;

/// <summary>A call on a session that has ended.</summary>
/// <param name="nick">Whose session it was.</param>
/// <param name="termination">How it ended.</param>
public sealed class MasSessionEndedException(string nick, MasTermination termination)
    : Exception($"The session of {nick} has ended: {termination.Code ?? "no TERMINATE"}, {termination.Reason}, close status {termination.CloseStatus}")
{
    /// <summary>How it ended.</summary>
    public MasTermination Termination { get; } = termination;
}

namespace Mas.Core.Model;

/// <summary>A message to post.</summary>
/// <param name="Author">Who says it.</param>
/// <param name="Cat">A constant of <see cref="Category"/>.</param>
/// <param name="Body">The text.</param>
/// <param name="Rid">The idempotency key, unique for the author.</param>
/// <param name="IsRepeated">
/// Whether it may have been posted before: a retry or a redelivery. Then it is posted only if the history has no message of this
/// author and rid.
/// </param>
/// <param name="Ts">When it was said, unix seconds; null for now.</param>
public sealed record NewMessage(UserId Author, string Cat, string Body, string Rid, bool IsRepeated = false, long? Ts = null);

/// <summary>Who must be attached to a conversation of MAS's own, that is a member with the window open, for a post to succeed.</summary>
public enum RequiredMembers
{
    /// <summary>Nobody: the line of a command, or of IRC.</summary>
    None,

    /// <summary>The authors; a message of anybody else is refused.</summary>
    Authors,

    /// <summary>The authors, and nobody may be detached.</summary>
    Everyone,
}

/// <summary>A message of a history, as a post left it.</summary>
/// <param name="Stored">The message.</param>
/// <param name="IsNew">False when an earlier attempt had posted it.</param>
public readonly record struct PostedMessage(StoredMessage Stored, bool IsNew)
{
    /// <summary>What it says.</summary>
    public ChatMessage Message => Stored.Message;
}

/// <summary>What came of a post.</summary>
/// <param name="Messages">For each message what the history has of it now; null when its author may not post.</param>
/// <param name="Live">Who is to be told: the sessions that are live behind the post.</param>
public sealed record PostResult(IReadOnlyList<PostedMessage?> Messages, IReadOnlyList<LiveSession> Live)
{
    /// <summary>Nothing was posted, since a member is detached (<see cref="RequiredMembers.Everyone"/>).</summary>
    public static readonly PostResult MemberDetached = new([], []);
}

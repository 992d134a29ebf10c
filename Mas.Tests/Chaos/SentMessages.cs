using System.Collections.Concurrent;

namespace Mas.Tests.Chaos;

/// <summary>A conversation, by its name in the schema: a field of <c>index:conversation</c>.</summary>
/// <param name="Field">Such as <c>group:MAS:tea</c>, or <c>1on1:MAS:1:2</c>.</param>
internal sealed record ConversationName(string Field)
{
    /// <summary>A group of network MAS.</summary>
    public static ConversationName Group(string name) => new($"group:MAS:{name}");

    /// <summary>The one-on-one of two users.</summary>
    public static ConversationName OneOnOne(string user, string peer) =>
        long.Parse(user) < long.Parse(peer) ? new($"1on1:MAS:{user}:{peer}") : new($"1on1:MAS:{peer}:{user}");
}

/// <summary>One message that a user has tried to send.</summary>
/// <param name="UserId">Who.</param>
/// <param name="ConversationName">Where.</param>
/// <param name="Rid">Its rid, unique in the run.</param>
/// <param name="Text">What.</param>
/// <param name="Burst">The number of the author's burst; one begins when all messages of the one before have been answered.</param>
/// <param name="Index">Its number in the burst.</param>
internal sealed record SentMessage(string UserId, ConversationName ConversationName, string Rid, string Text, int Burst, int Index)
{
    /// <summary>When it was tried first.</summary>
    public DateTimeOffset Begun { get; } = DateTimeOffset.UtcNow;

    /// <summary>The acknowledged gid; 0 as long as there is none.</summary>
    public long Gid { get; private set; }

    /// <summary>When it was acknowledged.</summary>
    public DateTimeOffset AcknowledgedAt { get; private set; }

    /// <summary>Whether the first attempt was acknowledged: only then is its order within the burst promised.</summary>
    public bool AtOnce { get; set; }

    /// <summary>The text of the last acknowledged edit; null for none.</summary>
    public string? EditedTo { get; private set; }

    /// <summary>When that edit was requested.</summary>
    public DateTimeOffset EditBegun { get; private set; }

    /// <summary>When it was acknowledged.</summary>
    public DateTimeOffset EditedAt { get; private set; }

    /// <summary>Whether there was an edit whose outcome is unknown.</summary>
    public bool EditUnknown { get; set; }

    /// <summary>Records its acknowledgement.</summary>
    public void Acknowledge(long gid) => (Gid, AcknowledgedAt) = (gid, DateTimeOffset.UtcNow);

    /// <summary>Records an acknowledged edit.</summary>
    public void AcknowledgeEdit(string text, DateTimeOffset begun) => (EditedTo, EditBegun, EditedAt) = (text, begun, DateTimeOffset.UtcNow);
}

/// <summary>All messages that users of a round have tried to send, and their outcomes.</summary>
internal sealed class SentMessages
{
    private readonly ConcurrentDictionary<string, SentMessage> _messages = new(StringComparer.Ordinal);

    /// <summary>All, by rid.</summary>
    public IReadOnlyDictionary<string, SentMessage> All => _messages;

    /// <summary>How many were acknowledged.</summary>
    public int Acknowledged => _messages.Values.Count(sentMessage => sentMessage.Gid != 0);

    /// <summary>Adds a message that is about to be sent.</summary>
    public void Add(SentMessage sentMessage) => _messages[sentMessage.Rid] = sentMessage;
}

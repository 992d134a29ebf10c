using System.Collections.Concurrent;

namespace Mas.Tests.Chaos;

/// <summary>A conversation, by its name in the schema: a field of <c>index:conversation</c>.</summary>
/// <param name="Field">Such as <c>group:MAS:tea</c>, or <c>1on1:MAS:1:2</c>.</param>
internal sealed record Place(string Field)
{
    /// <summary>A group of network MAS.</summary>
    public static Place Group(string name) => new($"group:MAS:{name}");

    /// <summary>The one-on-one of two users.</summary>
    public static Place OneOnOne(string user, string peer) =>
        long.Parse(user) < long.Parse(peer) ? new($"1on1:MAS:{user}:{peer}") : new($"1on1:MAS:{peer}:{user}");
}

/// <summary>One message that somebody wanted to say.</summary>
/// <param name="UserId">Who.</param>
/// <param name="Place">Where.</param>
/// <param name="Rid">Its rid, unique in the run.</param>
/// <param name="Text">What.</param>
/// <param name="Burst">Which of the author's bursts; one begins when all before it have been answered.</param>
/// <param name="Index">Which of the burst.</param>
internal sealed record IncomingText(string UserId, Place Place, string Rid, string Text, int Burst, int Index)
{
    /// <summary>When it was tried first.</summary>
    public DateTimeOffset Begun { get; } = DateTimeOffset.UtcNow;

    /// <summary>The acknowledged gid; 0 as long as there is none.</summary>
    public long Gid { get; private set; }

    /// <summary>When it was acknowledged.</summary>
    public DateTimeOffset AcknowledgedAt { get; private set; }

    /// <summary>Whether the first attempt was the one that was acknowledged, so that the order within the burst is promised.</summary>
    public bool AtOnce { get; set; }

    /// <summary>What it was edited to last, as acknowledged; null for never.</summary>
    public string? EditedTo { get; private set; }

    /// <summary>When that edit was asked for.</summary>
    public DateTimeOffset EditBegun { get; private set; }

    /// <summary>When it was acknowledged.</summary>
    public DateTimeOffset EditedAt { get; private set; }

    /// <summary>Whether an edit was tried of which nobody knows whether, or when, it is done.</summary>
    public bool EditUnknown { get; set; }

    /// <summary>Notes that it was acknowledged.</summary>
    public void Acknowledge(long gid) => (Gid, AcknowledgedAt) = (gid, DateTimeOffset.UtcNow);

    /// <summary>Notes that an edit was acknowledged.</summary>
    public void AcknowledgeEdit(string text, DateTimeOffset begun) => (EditedTo, EditBegun, EditedAt) = (text, begun, DateTimeOffset.UtcNow);
}

/// <summary>Everything that users of a round have tried to say, and what became of it.</summary>
internal sealed class Ledger
{
    private readonly ConcurrentDictionary<string, IncomingText> _sayings = new(StringComparer.Ordinal);

    /// <summary>All, by rid.</summary>
    public IReadOnlyDictionary<string, IncomingText> IncomingTexts => _sayings;

    /// <summary>How many were acknowledged.</summary>
    public int Acknowledged => _sayings.Values.Count(saying => saying.Gid != 0);

    /// <summary>Notes what is about to be said.</summary>
    public void Add(IncomingText saying) => _sayings[saying.Rid] = saying;
}

using System.Globalization;
using System.Text;

namespace Mas.Core.Queues;

/// <summary>
/// One of the inboxes into which a backend's is split: <c>inbox:&lt;endpoint&gt;</c> is part 0, <c>inbox:&lt;endpoint&gt;:&lt;k&gt;</c>
/// part k. What has the same route (a conversation, a user) is in the same part.
/// </summary>
/// <param name="Endpoint">A name of <see cref="Endpoints"/>.</param>
/// <param name="Index">Which part, from 0.</param>
/// <param name="Count">How many parts there are.</param>
public sealed record InboxPartition(string Endpoint, int Index, int Count)
{
    /// <summary>The most parts of an inbox.</summary>
    public const int Most = 64;

    /// <summary>The part's own endpoint name: in its inbox's and its lease's key.</summary>
    public string Name => NameOf(Endpoint, Index);

    /// <summary>Whether what has this route belongs here.</summary>
    public bool Owns(string route) => IndexOf(route, Count) == Index;

    /// <summary>Whether this conversation is handled here.</summary>
    public bool Owns(ConversationId id) => id.Value % Count == Index;

    /// <summary>The endpoint name of a part.</summary>
    public static string NameOf(string endpoint, int index) =>
        index == 0 ? endpoint : string.Create(CultureInfo.InvariantCulture, $"{endpoint}:{index}");

    /// <summary>
    /// The part to which a route belongs: of a number (a conversationId, a userId) the remainder, of a name its FNV-1a hash's
    /// (32 bit, over UTF-8).
    /// </summary>
    public static int IndexOf(string route, int count)
    {
        if (count == 1)
            return 0;
        if (long.TryParse(route, NumberStyles.None, CultureInfo.InvariantCulture, out var number))
            return (int)(number % count);
        var hash = 2166136261u;
        foreach (var octet in Encoding.UTF8.GetBytes(route))
            hash = (hash ^ octet) * 16777619u;
        return (int)(hash % (uint)count);
    }
}

using System.Globalization;
using System.Text;

namespace Mas.Core.Queues;

/// <summary>
/// A partition of an endpoint's inbox: <c>inbox:&lt;endpoint&gt;</c> is partition 0, <c>inbox:&lt;endpoint&gt;:&lt;k&gt;</c> partition k.
/// Entries with the same route (such as a conversation or a user) are in the same partition.
/// </summary>
/// <param name="Endpoint">A name of <see cref="Endpoints"/>.</param>
/// <param name="Index">From 0.</param>
/// <param name="Count">The number of partitions.</param>
public sealed record InboxPartition(string Endpoint, int Index, int Count)
{
    /// <summary>The most partitions of an endpoint.</summary>
    public const int Most = 64;

    /// <summary>The partition's endpoint name, part of the keys of its inbox and lease.</summary>
    public string Name => NameOf(Endpoint, Index);

    /// <summary>Whether this is the partition of a route.</summary>
    public bool Owns(string route) => IndexOf(route, Count) == Index;

    /// <summary>Whether this is the partition of a conversation.</summary>
    public bool Owns(ConversationId id) => id.Value % Count == Index;

    /// <summary>The endpoint name of a partition.</summary>
    public static string NameOf(string endpoint, int index) =>
        index == 0 ? endpoint : string.Create(CultureInfo.InvariantCulture, $"{endpoint}:{index}");

    /// <summary>
    /// The partition of a route: a number (a conversationId, a userId) modulo <paramref name="count"/>, or the 32-bit FNV-1a hash of a
    /// name (in UTF-8) modulo <paramref name="count"/>.
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

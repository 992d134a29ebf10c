using StackExchange.Redis;

namespace Mas.Core.Model;

/// <summary>The record of a conversation, <c>conversation:&lt;conversationId&gt;</c>.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Type"><see cref="Group"/> or <see cref="OneOnOne"/>.</param>
/// <param name="Network"><see cref="Networks.Mas"/> or an IRC network.</param>
/// <param name="Name">The group's name, empty in a one-on-one.</param>
/// <param name="Topic">The topic, empty for none.</param>
/// <param name="Password">The password (IRC: channel key), empty for none.</param>
/// <param name="Owner">The owner's userId in a MAS group, else empty.</param>
/// <param name="LastRev">The highest <c>rev</c> that an edit here has had (extension), 0 for none.</param>
public sealed record Conversation(
    ConversationId Id, string Type, string Network, string Name, string Topic, string Password, string Owner, long LastRev)
{
    /// <summary><see cref="Type"/> of a group or channel.</summary>
    public const string Group = "group";

    /// <summary><see cref="Type"/> of a one-on-one.</summary>
    public const string OneOnOne = "1on1";

    /// <summary>Field names, in the order in which <see cref="From"/> expects their values.</summary>
    internal static readonly RedisValue[] Fields = ["type", "network", "name", "topic", "password", "owner", "lastrev"];

    /// <summary>Whether it is a group (or channel).</summary>
    public bool IsGroup => Type == Group;

    /// <summary>Whether it lives in MAS itself.</summary>
    public bool IsMas => Network == Networks.Mas;

    /// <summary>The other one of a one-on-one, or <paramref name="user"/> alone in it; null in a group.</summary>
    public UserId? PeerOf(UserId user, IEnumerable<UserId> members) =>
        IsGroup ? null : members.Where(member => member != user).Cast<UserId?>().FirstOrDefault() ?? user;

    internal static Conversation? From(ConversationId id, RedisValue[] values) => values[0].IsNull
        ? null
        : new Conversation(id, values[0]!, Text(values[1]), Text(values[2]), Text(values[3]), Text(values[4]), Text(values[5]),
            values[6].TryParseLong(out var rev) ? rev : 0);

    internal HashEntry[] ToHash() =>
    [
        new("type", Type), new("network", Network), new("name", Name), new("topic", Topic), new("password", Password),
        new("owner", Owner), new("apikey", ""), new("lastrev", LastRev),
    ];

    private static string Text(RedisValue value) => (string?)value ?? "";
}

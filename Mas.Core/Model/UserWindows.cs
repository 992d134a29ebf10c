using Mas.Core.Redis;
using StackExchange.Redis;

namespace Mas.Core.Model;

/// <summary>A user's window of a conversation, <c>window:&lt;userId&gt;:&lt;windowId&gt;</c>.</summary>
/// <param name="WindowId">Its id, unique for the user.</param>
/// <param name="ConversationId">What it shows.</param>
/// <param name="Peer">The other member of a one-on-one, else null (from the conversation's members).</param>
/// <param name="Sounds">Whether a message may make a sound.</param>
/// <param name="TitleAlert">Whether a message may change the page's title.</param>
/// <param name="Visible">Whether it is on the desktop.</param>
/// <param name="Row">Its row there.</param>
/// <param name="Seen">The read marker: the gid up to which the user has read (extension).</param>
public sealed record Window(
    int WindowId, ConversationId ConversationId, UserId? Peer, bool Sounds, bool TitleAlert, bool Visible, int Row, long Seen)
{
    /// <summary>Field names, in the order in which <see cref="From"/> expects their values.</summary>
    internal static readonly RedisValue[] Fields = ["conversationId", "sounds", "titleAlert", "visible", "row", "seen"];

    internal static Window? From(int windowId, RedisValue[] values) => ConversationId.TryParse(values[0], out var conversation)
        ? new Window(windowId, conversation, null, values[1].BoolOr(false), values[2].BoolOr(true), values[3].BoolOr(true),
            (int)values[4].LongOr(0), values[5].LongOr(0))
        : null;

    internal HashEntry[] ToHash() =>
    [
        new("conversationId", ConversationId.Value), new("sounds", RedisValues.FromBool(Sounds)),
        new("titleAlert", RedisValues.FromBool(TitleAlert)), new("visible", RedisValues.FromBool(Visible)), new("row", Row), new("seen", Seen),
    ];
}

/// <summary>Reads and changes windows. <c>WindowLifecycle</c> opens and removes them.</summary>
public sealed class UserWindows(RedisConnection redis)
{
    private readonly MasterDatabase _database = redis.Database;

    /// <summary>The window, or null when the user has none of this id.</summary>
    public async Task<Window?> FindAsync(UserId user, int windowId) =>
        Window.From(windowId, await _database.HashGetAsync(RedisKeys.Window(user, windowId), Window.Fields));

    /// <summary>The conversation that a window shows, or null when the user has no such window.</summary>
    public async Task<ConversationId?> FindConversationAsync(UserId user, int windowId) =>
        ConversationId.TryParse(await _database.HashGetAsync(RedisKeys.Window(user, windowId), "conversationId"), out var id) ? id : null;

    /// <summary>The user's window of a conversation, or null.</summary>
    public async Task<int?> FindWindowIdAsync(UserId user, ConversationId conversation) =>
        (await _database.HashGetAsync(RedisKeys.WindowIndex, RedisKeys.WindowIndexField(user, conversation))).TryParseLong(out var id) ? (int)id : null;

    /// <summary>All of the user's windowIds, ascending.</summary>
    public async Task<int[]> GetIdsAsync(UserId user)
    {
        var members = await _database.SetMembersAsync(RedisKeys.WindowList(user));
        var ids = new List<int>(members.Length);
        foreach (var member in members)
        {
            if (member.TryParseLong(out var id) && id is > 0 and <= int.MaxValue)
                ids.Add((int)id);
        }
        ids.Sort();
        return [.. ids];
    }

    /// <summary>How many windows the user has.</summary>
    public Task<long> CountAsync(UserId user) => _database.SetLengthAsync(RedisKeys.WindowList(user));

    /// <summary>Changes those of a window's settings that are not null; one of them is not.</summary>
    /// <returns>Whether the user has such a window.</returns>
    public async Task<bool> UpdateAsync(UserId user, int windowId, bool? sounds, bool? titleAlert, bool? visible, int? row)
    {
        var fields = new List<HashEntry>();
        if (sounds is { } newSounds)
            fields.Add(new("sounds", RedisValues.FromBool(newSounds)));
        if (titleAlert is { } newTitleAlert)
            fields.Add(new("titleAlert", RedisValues.FromBool(newTitleAlert)));
        if (visible is { } newVisible)
            fields.Add(new("visible", RedisValues.FromBool(newVisible)));
        if (row is { } newRow)
            fields.Add(new("row", newRow));
        return await _database.UpdateHashAsync(RedisKeys.Window(user, windowId), fields);
    }

    /// <summary>Moves the read marker on; it never goes back.</summary>
    /// <returns>Whether the marker is at this gid now, even if it was before: an earlier attempt may have written it and told nobody.</returns>
    public async Task<bool> MarkSeenAsync(UserId user, int windowId, long gid) =>
        (long)await LuaScripts.HashGrow.RunAsync(_database, [RedisKeys.Window(user, windowId)], ["seen", gid]) == 1;
}

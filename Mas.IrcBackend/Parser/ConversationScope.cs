using Mas.Core.Model;
using Mas.Core.Protocol;
using Mas.Core.Queues;
using Mas.Core.Redis;
using Mas.IrcBackend.Bridge;
using Mas.IrcBackend.State;

namespace Mas.IrcBackend.Parser;

/// <summary>A turn as the only writer of one conversation.</summary>
internal sealed class ConversationScope(ParserContext context, ConversationId id, ChannelLedger? ledger)
{
    // More than one batch of an inbox posts, and longer than one connection lags behind another.
    private const int LeftOvers = 2000;
    private const int LagSeconds = 60;

    /// <summary>Which conversation.</summary>
    internal ConversationId Id { get; } = id;

    /// <summary>Collects what is told; flushed at the end of the turn.</summary>
    internal Delivery Delivery { get; } = context.On.Outboxes.NewDelivery(context.FencingToken);

    private ParserDependencies On => context.On;

    private ConversationWriter Writer => context.Writer;

    /// <summary>Posts what the entry says here, once.</summary>
    internal Task PostAsync(UserId author, string cat, string body) =>
        PostAsync(new NewMessage(author, cat, body, context.Rid, context.Redelivered, context.At.ToUnixTimeSeconds()));

    /// <summary>Posts a message.</summary>
    /// <param name="message">The message.</param>
    /// <param name="sender">Whose session gets an ACK in its place; null when all sessions get the message.</param>
    /// <returns>The message as it stands in the history.</returns>
    internal async Task<ChatMessage> PostAsync(NewMessage message, PendingAck? sender = null)
    {
        if (context.Redelivered && ledger is not null && LineRid.TryParse(message.Rid, out _) && await FindLeftOverAsync(ledger, message) is { } rid)
            message = message with { Rid = rid };
        var result = await Writer.PostAsync(Id, [message]);
        var posted = result.Messages[0]!.Value;
        Delivery.AddPosted(posted, result.Live, context.Redelivered, sender);
        return posted.Message;
    }

    /// <summary>Posts messages, in order.</summary>
    internal async Task PostAsync(IReadOnlyList<NewMessage> messages)
    {
        var result = await Writer.PostAsync(Id, messages);
        foreach (var posted in result.Messages)
            Delivery.AddPosted(posted!.Value, result.Live, context.Redelivered);
    }

    /// <summary>The role of somebody, null for who is no member.</summary>
    internal Task<string?> GetRoleAsync(UserId user) => On.Conversations.GetRoleAsync(Id, user);

    /// <summary>Makes somebody a member with a status, or gives a member another one; told when the role is another.</summary>
    /// <param name="user">Who.</param>
    /// <param name="status">Mode letters, highest first.</param>
    internal async Task SetMemberAsync(UserId user, string status)
    {
        var role = context.Connection.Support.Prefixes.Role(status).ToString();
        var before = await GetRoleAsync(user);
        await SetStatusAsync(user, status);
        // Of an entry that is delivered again, it may have been written and not told.
        if (before == role && !context.Redelivered)
            return;
        await Writer.SetMemberAsync(Id, user, role);
        await Writer.TellMembersAsync(Id, new Dictionary<UserId, string> { [user] = role }, Delivery);
        if (before is not null && !user.IsIrc)
            await Writer.TellRoleAsync(Id, user, role, Delivery);
    }

    /// <summary>The mode letters that a member holds.</summary>
    internal async Task<string> GetStatusAsync(UserId user) =>
        (string?)await On.Redis.Database.HashGetAsync(RedisKeys.IrcStatuses(Id), user.Value) ?? "";

    /// <summary>
    /// Somebody comes: the line that tells of it, then the membership. Of an entry that is delivered again, the line tells whether
    /// it was this one that made the member; who is one already is told again in any case.
    /// </summary>
    /// <param name="user">Who.</param>
    /// <param name="isTold">Whether there is a line.</param>
    internal async Task EnterAsync(UserId user, bool isTold)
    {
        var role = await GetRoleAsync(user);
        if (role is not null && !context.Redelivered)
            return;
        if (isTold && (role is null || await HasPostedAsync()))
            await PostAsync(user, Category.Join, "");
        await SetMemberAsync(user, role is null ? "" : await GetStatusAsync(user));
    }

    /// <summary>
    /// Somebody goes: the line that tells of it, then the end of the membership. Of an entry that is delivered again, the line
    /// tells whether it was this one that ended it, and nobody may know.
    /// </summary>
    /// <param name="user">Who.</param>
    /// <param name="author">Whose line it is.</param>
    /// <param name="cat">Part, quit or kick.</param>
    /// <param name="text">The line.</param>
    internal async Task LeaveAsync(UserId user, UserId author, string cat, string text)
    {
        if (await GetRoleAsync(user) is null && !(context.Redelivered && await HasPostedAsync()))
            return;
        await PostAsync(author, cat, text);
        await RemoveMemberAsync(user);
    }

    /// <summary>Whether the entry has posted here what it says, when it was handled before.</summary>
    internal async Task<bool> HasPostedAsync() =>
        (await On.History.GetNewestAsync(Id, -1)).Exists(stored => stored.Message.Rid == context.Rid);

    /// <summary>Puts somebody out of the members, and tells.</summary>
    internal async Task RemoveMemberAsync(UserId user)
    {
        await Writer.RemoveMemberAsync(Id, user);
        await SetStatusAsync(user, "");
        await Writer.TellMembersGoneAsync(Id, [user], Delivery);
    }

    /// <summary>Puts many out of the members in one go, and tells.</summary>
    internal async Task RemoveMembersAsync(IReadOnlyList<UserId> users)
    {
        foreach (var chunk in users.Chunk(1000))
        {
            var fields = Array.ConvertAll(chunk, user => (StackExchange.Redis.RedisValue)user.Value);
            await context.FencingToken.ExecuteAsync("HDEL", RedisKeys.ConversationMembers(Id), fields);
            await context.FencingToken.ExecuteAsync("HDEL", RedisKeys.IrcStatuses(Id), fields);
        }
        await Writer.TellMembersGoneAsync(Id, users, Delivery);
    }

    /// <summary>Makes the members what a list of names says.</summary>
    internal async Task ResetMembersAsync(IReadOnlyDictionary<UserId, string> statuses)
    {
        var prefixes = context.Connection.Support.Prefixes;
        var roles = statuses.ToDictionary(member => member.Key, member => prefixes.Role(member.Value).ToString());
        var before = await On.Conversations.GetMembersAsync(Id);
        foreach (var chunk in roles.Where(member => before.GetValueOrDefault(member.Key) != member.Value).Chunk(1000))
            await context.FencingToken.ExecuteAsync("HSET", RedisKeys.ConversationMembers(Id), [.. chunk.SelectMany(member => new StackExchange.Redis.RedisValue[] { member.Key.Value, member.Value })]);
        foreach (var chunk in before.Keys.Where(user => !roles.ContainsKey(user)).Chunk(1000))
            await context.FencingToken.ExecuteAsync("HDEL", RedisKeys.ConversationMembers(Id), [.. chunk.Select(user => (StackExchange.Redis.RedisValue)user.Value)]);
        await context.FencingToken.ExecuteAsync("DEL", RedisKeys.IrcStatuses(Id));
        foreach (var chunk in statuses.Where(member => member.Value.Length > 0).Chunk(1000))
            await context.FencingToken.ExecuteAsync("HSET", RedisKeys.IrcStatuses(Id), [.. chunk.SelectMany(member => new StackExchange.Redis.RedisValue[] { member.Key.Value, member.Value })]);
        var rest = Notifications.UpdateMembersRest(reset: true, roles);
        foreach (var live in await On.Conversations.GetLiveSessionsAsync(Id))
        {
            foreach (var user in roles.Keys)
                Delivery.Mention(live.Session, user);
            Delivery.Add(live.Session, WireJson.Splice(Notifications.UpdateMembersHead, live.WindowId, rest));
            if (roles.TryGetValue(live.Session.UserId, out var role) && before.GetValueOrDefault(live.Session.UserId) != role)
                Delivery.Add(live.Session, Notifications.UpdateWindow(live.WindowId, new WindowChanges { Role = role }));
        }
    }

    /// <summary>Sets a field that windows show, when it is another one.</summary>
    internal async Task SetFieldAsync(string field, string value)
    {
        if (context.Redelivered || await On.Redis.Database.HashGetAsync(RedisKeys.Conversation(Id), field) != value)
            await Writer.SetFieldAsync(Id, field, value, Delivery);
    }

    /// <summary>Tells everybody here who somebody is now.</summary>
    internal async Task IntroduceAgainAsync(UserId user)
    {
        var entry = Notifications.AddUsers([user], await On.Cards.GetAsync([user]));
        foreach (var live in await On.Conversations.GetLiveSessionsAsync(Id))
            Delivery.Add(live.Session, entry);
    }

    /// <summary>
    /// Takes the window of the context's user away, and the membership. With the last window the conversation is gone. What tells
    /// a repetition after a crash that something is left to do (<see cref="SelfMembership.FindHalfLeftAsync"/>) changes last: that
    /// the user is among the holders, then the name that leads here.
    /// </summary>
    internal async Task CloseChannelAsync(UserChannel channel)
    {
        var (user, database, holders) = (context.User, On.Redis.Database, RedisKeys.IrcHolders(Id));
        var folded = context.Connection.Mapping.Fold(channel.Name);
        ledger?.Leave(user, context.At);
        await NamesReporter.LeaveAsync(context, Id);
        await On.Lifecycle.RemoveAsync(user, Id, context.FencingToken, Delivery);
        context.Connection.Channels.Remove(folded);
        if ((await database.SetMembersAsync(holders)).Any(holder => holder != user.Value))
        {
            await RemoveMemberAsync(user);
            await Delivery.FlushAsync();
            await database.SetRemoveAsync(holders, user.Value);
            return;
        }
        await Task.WhenAll(
            database.KeyDeleteAsync(RedisKeys.IrcStatuses(Id)),
            database.KeyDeleteAsync(RedisKeys.IrcLines(Id)),
            database.KeyDeleteAsync(RedisKeys.IrcNamesReporter(Id)),
            database.KeyDeleteAsync(RedisKeys.NamesBuffer(user, Id)));
        await Writer.DeleteRecordsAsync(Id);
        await database.KeyDeleteAsync(holders);
        await Writer.ReleaseAsync(RedisKeys.GroupField(context.Network, folded), Id);
        On.Ledgers.Forget(Id);
        ledger?.TakeChanges();
    }

    /// <summary>
    /// The rid under which the same was posted for another connection by a parser that died before it had counted it.
    /// </summary>
    private async Task<string?> FindLeftOverAsync(ChannelLedger counted, NewMessage message)
    {
        var ts = context.At.ToUnixTimeSeconds();
        var newest = await On.History.GetNewestAsync(Id, LeftOvers);
        return newest.Find(stored => stored.Message is var old && old.UserId == message.Author && old.Cat == message.Cat && old.Body == message.Body
            && Math.Abs(old.Ts - ts) <= LagSeconds && LineRid.TryParse(old.Rid, out var line) && counted.TakeLeftOver(line))?.Message.Rid;
    }

    private Task<StackExchange.Redis.RedisResult> SetStatusAsync(UserId user, string status) => status.Length > 0
        ? context.FencingToken.ExecuteAsync("HSET", RedisKeys.IrcStatuses(Id), user.Value, status)
        : context.FencingToken.ExecuteAsync("HDEL", RedisKeys.IrcStatuses(Id), user.Value);
}

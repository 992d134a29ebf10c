using System.Globalization;
using Mas.Core.Protocol;
using Mas.Core.Queues;
using Mas.Core.Redis;
using StackExchange.Redis;

namespace Mas.Core.Model;

/// <summary>A message to post.</summary>
/// <param name="Author">Who says it.</param>
/// <param name="Cat">A constant of <see cref="Category"/>.</param>
/// <param name="Body">The text.</param>
/// <param name="Rid">Unique for the author.</param>
/// <param name="MayBeThere">Whether the history has to be searched for it first: a retry, or a redelivery.</param>
/// <param name="Redelivered">Whether, when it is there, its sessions may not have been told.</param>
/// <param name="Sender">The session that gets an ACK in the place of the message; null for none.</param>
/// <param name="ReqId">What that ACK answers, as the JSON that it was.</param>
/// <param name="Ts">When it was said, unix seconds; null for now.</param>
public sealed record NewMessage(
    UserId Author, string Cat, string Body, string Rid, bool MayBeThere = false, bool Redelivered = false,
    SessionRef? Sender = null, string? ReqId = null, long? Ts = null);

/// <summary>
/// The one writer of conversations: the worker that holds the lease of the conversation's backend. It changes what Redis
/// holds, and adds to a <see cref="Delivery"/> what the live sessions are to be told of it.
/// </summary>
public sealed class ConversationWriter(
    FencingToken fence, RedisConnection redis, Conversations conversations, HistoryOptions options, TimeProvider time)
{
    /// <summary>
    /// The most messages that <see cref="TrySayAsync"/> adds. Who says many waits for round trips no longer than for the messages themselves, and
    /// then a script that draws gids costs Redis more than a draw that all conversations share.
    /// </summary>
    internal const int MaxSaid = 4;

    private readonly MasterDatabase _database = redis.Database;

    private long Now => time.GetUtcNow().ToUnixTimeSeconds();

    /// <summary>Adds messages to the history, in order and each once, and tells the live sessions.</summary>
    /// <param name="id">Where.</param>
    /// <param name="messages">What, in order.</param>
    /// <param name="firstGid">The first of as many gids as there are messages (<see cref="Conversations.ReserveGidsAsync"/>).</param>
    /// <param name="delivery">Collects the notifications and ACKs.</param>
    /// <returns>The messages as they stand in the history now.</returns>
    public async Task<IReadOnlyList<ChatMessage>> PostAsync(ConversationId id, IReadOnlyList<NewMessage> messages, long firstGid, Delivery delivery)
    {
        while (true)
        {
            try
            {
                return await PostFromAsync(id, messages, firstGid, delivery);
            }
            catch (RedisServerException e) when (NewestBefore(e) is { } newest)
            {
                firstGid = await conversations.ReserveGidsAboveAsync(newest, messages.Count);
            }
        }
    }

    /// <summary>
    /// Adds the little that members say to the history, as <see cref="PostAsync"/> does, with the question whether they may and the gids in the
    /// same round trip.
    /// </summary>
    /// <param name="id">Where.</param>
    /// <param name="messages">What, in order.</param>
    /// <param name="nobodyIsDetached">Whether no member may have closed the window, not only no author.</param>
    /// <param name="delivery">Collects the notifications and ACKs.</param>
    /// <returns>
    /// Null when nothing was done, since it is much, or more is to be known first: who may not say something, whether a message is there
    /// already, or, where a replica may take over, which gids were given.
    /// </returns>
    public async Task<IReadOnlyList<ChatMessage>?> TrySayAsync(ConversationId id, IReadOnlyList<NewMessage> messages, bool nobodyIsDetached, Delivery delivery)
    {
        if (messages.Count > MaxSaid || redis.MayFailOver || messages.Any(message => message.MayBeThere))
            return null;
        var said = new (ChatMessage Message, byte[] BehindGid)[messages.Count];
        var arguments = new List<RedisValue>(3 + 2 * said.Length) { options.MaxMessages, Roles.Detached, nobodyIsDetached ? "all" : "" };
        for (var i = 0; i < said.Length; i++)
        {
            var chat = NewChat(0, messages[i]);
            said[i] = (chat, chat.ToJsonBehindGid());
            arguments.Add(chat.UserId.Value);
            arguments.Add(said[i].BehindGid);
        }
        var (appended, sessions) = await AppendAsync(LuaScripts.HistorySay, id, arguments, RedisKeys.ConversationMembers(id), RedisKeys.NextMsgId);
        var firstGid = (long)appended;
        if (firstGid == 0)
            return null;
        for (var i = 0; i < said.Length; i++)
        {
            said[i].Message = said[i].Message with { Gid = firstGid + i };
            Tell(new StoredMessage(said[i].Message, ChatMessage.ToJson(firstGid + i, said[i].BehindGid)), sessions, messages[i], delivery);
        }
        return Array.ConvertAll(said, one => one.Message);
    }

    /// <summary>
    /// Adds to a history by a script, and reads who is live behind that: a session that starts meanwhile has either listed itself by then, or will
    /// find the messages in the history.
    /// </summary>
    private async Task<(RedisResult Appended, List<LiveSession> Live)> AppendAsync(string script, ConversationId id, List<RedisValue> arguments, params RedisKey[] companions)
    {
        var repeated = LuaScripts.Repeated;
        var appending = fence.RunAsync(script, RedisKeys.ConversationMessages(id), arguments, companions);
        // On one Redis in the same pipeline.
        if (redis.IsCluster)
            await appending;
        var reading = conversations.GetLiveSessionsAsync(id);
        var (appended, live) = (await appending, await reading);
        return (appended, LuaScripts.Repeated == repeated ? live : await conversations.GetLiveSessionsAsync(id));
    }

    private ChatMessage NewChat(long gid, NewMessage message) => new(gid, message.Author, message.Ts ?? Now, message.Cat, message.Body, message.Rid);

    private async Task<IReadOnlyList<ChatMessage>> PostFromAsync(
        ConversationId id, IReadOnlyList<NewMessage> messages, long firstGid, Delivery delivery)
    {
        var posted = new StoredMessage[messages.Count];
        var arguments = new List<RedisValue>(3 + posted.Length) { options.MaxMessages, firstGid, posted.Length };
        for (var i = 0; i < posted.Length; i++)
        {
            var chat = NewChat(firstGid + i, messages[i]);
            posted[i] = new StoredMessage(chat, chat.ToJson());
            arguments.Add(posted[i].Json);
        }
        if (messages.Any(message => message.MayBeThere))
        {
            for (var i = 0; i < posted.Length; i++)
            {
                arguments.Add(messages[i].MayBeThere ? $"\"userId\":\"{messages[i].Author.Value}\"" : "");
                arguments.Add(messages[i].MayBeThere ? RidNeedle(posted[i].Json) : "");
            }
        }
        var (appended, sessions) = await AppendAsync(LuaScripts.HistoryAppend, id, arguments);
        var found = (RedisValue[])appended!;
        for (var i = 0; i < posted.Length; i++)
        {
            var tell = true;
            if (found.Length > 0 && !found[i].IsNullOrEmpty)
            {
                byte[] json = found[i]!;
                posted[i] = new StoredMessage(ChatMessage.FromJson(json)!, json);
                tell = messages[i].Redelivered;
            }
            Tell(posted[i], tell ? sessions : [], messages[i], delivery);
        }
        return Array.ConvertAll(posted, message => message.Message);
    }

    /// <summary>Changes a message's text, or takes it back when <paramref name="text"/> is empty.</summary>
    /// <param name="id">Where.</param>
    /// <param name="old">The message as it stands.</param>
    /// <param name="text">The new text.</param>
    /// <param name="delivery">Collects the notifications.</param>
    /// <returns>The changed message, or null when it is not in the history any more.</returns>
    public async Task<ChatMessage?> EditAsync(ConversationId id, StoredMessage old, string text, Delivery delivery)
    {
        var status = text.Length == 0 ? ChatMessage.Deleted : ChatMessage.Edited;
        var changed = old.Message;
        // Told again, but not done again, when a redelivered edit finds itself done.
        if (changed.Status != status || changed.Body != text)
        {
            changed = changed with { Body = text, Status = status, UpdatedTs = Now, Rev = await ReserveRevAsync(id) };
            // lastrev first: who reads it and then finds no such message yet, hears of the edit through the outbox.
            await fence.ExecuteAsync("HSET", RedisKeys.Conversation(id), "lastrev", changed.Rev);
            var replaced = await fence.RunAsync(LuaScripts.HistoryReplace, RedisKeys.ConversationMessages(id), [old.Json, changed.ToJson()]);
            if ((long)replaced == 0)
                return null;
        }
        var json = changed.ToJson();
        foreach (var live in await conversations.GetLiveSessionsAsync(id))
        {
            delivery.Mention(live.Session, changed.UserId);
            delivery.Add(live.Session, ChatMessage.AddMessage(live.WindowId, json));
        }
        return changed;
    }

    /// <summary>Writes the record of a new conversation.</summary>
    public async Task CreateAsync(Conversation conversation)
    {
        var fields = conversation.ToHash();
        await fence.ExecuteAsync("HSET", RedisKeys.Conversation(conversation.Id), [.. fields.SelectMany(field => new[] { field.Name, field.Value })]);
    }

    /// <summary>
    /// Claims an index entry for a new conversation, or finds the one that has it.
    /// </summary>
    /// <param name="field">From <see cref="RedisKeys.GroupField"/> or <see cref="RedisKeys.OneOnOneField"/>.</param>
    /// <param name="home">The inbox whose worker handles a new one: its id is one of that inbox's. Null for any.</param>
    /// <returns>The conversation's id, and whether it is new.</returns>
    public async Task<(ConversationId Id, bool IsNew)> ClaimAsync(RedisValue field, InboxPartition? home = null)
    {
        fence.ThrowIfLost();
        if (ConversationId.TryParse(await _database.HashGetAsync(RedisKeys.ConversationIndex, field), out var existing))
            return (existing, false);
        var id = new ConversationId(await _database.NextUnusedAsync(RedisKeys.NextConversationId, RecordsOf, home?.Count ?? 1, home?.Index ?? 0));
        if (await _database.HashSetAsync(RedisKeys.ConversationIndex, field, id.Value, When.NotExists))
            return (id, true);
        return ConversationId.TryParse(await _database.HashGetAsync(RedisKeys.ConversationIndex, field), out id)
            ? (id, false)
            : throw new InvalidOperationException($"{RedisKeys.ConversationIndex} {field} came and went.");
    }

    /// <summary>Makes somebody a member, or gives a member another role. Nobody is told.</summary>
    public Task SetMemberAsync(ConversationId id, UserId user, string role) =>
        fence.ExecuteAsync("HSET", RedisKeys.ConversationMembers(id), user.Value, role);

    /// <summary>Names a group's owner in its record; null for nobody. Roles are <see cref="SetMemberAsync"/>'s.</summary>
    public Task SetOwnerAsync(ConversationId id, UserId? owner) =>
        fence.ExecuteAsync("HSET", RedisKeys.Conversation(id), "owner", owner?.Value ?? "");

    /// <summary>Drops all but the newest messages. Nobody is told.</summary>
    public Task TrimAsync(ConversationId id, int keep) => keep == 0
        ? fence.ExecuteAsync("DEL", RedisKeys.ConversationMessages(id))
        : fence.ExecuteAsync("LTRIM", RedisKeys.ConversationMessages(id), 0, keep - 1);

    /// <summary>Puts somebody out of the members. Nobody is told.</summary>
    public Task RemoveMemberAsync(ConversationId id, UserId user) =>
        fence.ExecuteAsync("HDEL", RedisKeys.ConversationMembers(id), user.Value);

    /// <summary>Tells the live sessions of members who are new or have another role.</summary>
    public async Task TellMembersAsync(ConversationId id, IReadOnlyDictionary<UserId, string> members, Delivery delivery)
    {
        var rest = Notifications.UpdateMembersRest(reset: false, members);
        foreach (var live in await conversations.GetLiveSessionsAsync(id))
        {
            foreach (var user in members.Keys)
                delivery.Mention(live.Session, user);
            delivery.Add(live.Session, WireJson.Splice(Notifications.UpdateMembersHead, live.WindowId, rest));
        }
    }

    /// <summary>Tells the live sessions that members are gone.</summary>
    public async Task TellMembersGoneAsync(ConversationId id, IReadOnlyList<UserId> users, Delivery delivery)
    {
        foreach (var live in await conversations.GetLiveSessionsAsync(id))
        {
            foreach (var user in users)
                delivery.Mention(live.Session, user);
            delivery.Add(live.Session, Notifications.DeleteMembers(live.WindowId, users));
        }
    }

    /// <summary>Tells one member's live sessions of the own role.</summary>
    public async Task TellRoleAsync(ConversationId id, UserId user, string role, Delivery delivery)
    {
        foreach (var live in await conversations.GetLiveSessionsAsync(id))
        {
            if (live.Session.UserId == user)
                delivery.Add(live.Session, Notifications.UpdateWindow(live.WindowId, new WindowChanges { Role = role }));
        }
    }

    /// <summary>Sets a field of the record that windows show (<c>topic</c>, <c>password</c>), and tells the live sessions.</summary>
    public async Task SetFieldAsync(ConversationId id, string field, string value, Delivery delivery)
    {
        await fence.ExecuteAsync("HSET", RedisKeys.Conversation(id), field, value);
        var changes = field == "topic" ? new WindowChanges { Topic = value } : new WindowChanges { Password = value };
        foreach (var live in await conversations.GetLiveSessionsAsync(id))
            delivery.Add(live.Session, Notifications.UpdateWindow(live.WindowId, changes));
    }

    /// <summary>Removes a conversation that has no members: its index entry first, so that nobody finds half of one.</summary>
    public async Task DeleteAsync(Conversation conversation, RedisValue indexField)
    {
        await ReleaseAsync(indexField, conversation.Id);
        await DeleteRecordsAsync(conversation.Id);
    }

    /// <summary>Removes an index entry (<see cref="ClaimAsync"/>), unless it leads elsewhere by now.</summary>
    public async Task ReleaseAsync(RedisValue indexField, ConversationId id)
    {
        fence.ThrowIfLost();
        await _database.RemoveFieldAsync(RedisKeys.ConversationIndex, indexField, id.Value);
    }

    /// <summary>Removes all that is kept of a conversation, its record last, but not the index entry that leads to it.</summary>
    public async Task DeleteRecordsAsync(ConversationId id)
    {
        await fence.ExecuteAsync("DEL", RedisKeys.ConversationMembers(id));
        await fence.ExecuteAsync("DEL", RedisKeys.ConversationMessages(id));
        await fence.ExecuteAsync("DEL", RedisKeys.ConversationSessions(id));
        await fence.ExecuteAsync("DEL", RedisKeys.Conversation(id));
    }

    private static RedisKey[] RecordsOf(long number)
    {
        var id = new ConversationId(number);
        return [RedisKeys.Conversation(id), RedisKeys.ConversationMembers(id), RedisKeys.ConversationMessages(id)];
    }

    /// <summary>Reserves a gid for an edit: above every message and every edit before it.</summary>
    private async Task<long> ReserveRevAsync(ConversationId id)
    {
        var rev = conversations.ReserveGidsAsync(1);
        var newest = _database.ListGetByIndexAsync(RedisKeys.ConversationMessages(id), 0);
        var lastRev = _database.HashGetAsync(RedisKeys.Conversation(id), "lastrev");
        await Task.WhenAll(rev, newest, lastRev);
        var used = Math.Max(newest.Result.IsNull ? 0 : ChatMessage.FromJson((byte[])newest.Result!)?.Gid ?? 0, lastRev.Result.LongOr(0));
        return rev.Result > used ? rev.Result : await conversations.ReserveGidsAboveAsync(used, 1);
    }

    /// <summary>The newest gid of a history that refused older ones; null when something else is wrong.</summary>
    private static long? NewestBefore(RedisServerException e) =>
        e.Message.Split(' ') is ["BEHIND", var gid] && long.TryParse(gid, CultureInfo.InvariantCulture, out var newest) ? newest : null;

    private static void Tell(StoredMessage message, List<LiveSession> sessions, NewMessage request, Delivery delivery)
    {
        var answered = request.Sender is null || request.ReqId is null;
        var (lastWindowId, entry) = (-1, (byte[]?)null);
        foreach (var live in sessions)
        {
            if (live.Session == request.Sender && request.ReqId is not null)
            {
                delivery.Add(live.Session, Ack.Sent(request.ReqId, message.Message.Gid, message.Message.Ts));
                answered = true;
                continue;
            }
            // Members of one group often have the same windowId: then the bytes are shared.
            if (live.WindowId != lastWindowId || entry is null)
                (lastWindowId, entry) = (live.WindowId, ChatMessage.AddMessage(live.WindowId, message.Json));
            delivery.Mention(live.Session, message.Message.UserId);
            delivery.Add(live.Session, entry);
        }
        if (!answered)
            delivery.Add(request.Sender!.Value, Ack.Sent(request.ReqId!, message.Message.Gid, message.Message.Ts));
    }

    /// <summary>The end of the message's JSON, from its rid on: rid is the last field of a new message.</summary>
    private static RedisValue RidNeedle(byte[] json)
    {
        var start = json.AsSpan().LastIndexOf("\"rid\":"u8);
        return json[start..^1];
    }
}

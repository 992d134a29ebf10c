using System.Globalization;
using StackExchange.Redis;

namespace Mas.Core.Redis;

/// <summary>
/// Builds every key and channel name of MAS. <c>docs/reference/redis-schema.md</c> has types, fields, writers and lifetimes. An
/// (extension) extends the published schema.
/// </summary>
public static class RedisKeys
{
    /// <summary>Hash of <c>&lt;email&gt;</c> and <c>&lt;nick&gt;</c>, in lower case, to userId.</summary>
    public static readonly RedisKey UserIndex = "index:user";

    /// <summary>
    /// Sorted set of fields of <see cref="UserIndex"/> by unix time: names whose change began then and may have been interrupted
    /// (extension).
    /// </summary>
    public static readonly RedisKey UserIndexClaims = "{index:user}:claims";

    /// <summary>Hash of <c>&lt;userId&gt;:&lt;conversationId&gt;</c> to windowId.</summary>
    public static readonly RedisKey WindowIndex = "index:windowIds";

    /// <summary>Hash of <c>group:&lt;network&gt;:&lt;name&gt;</c> and <c>1on1:&lt;network&gt;:&lt;id&gt;:&lt;id&gt;</c> to conversationId.</summary>
    public static readonly RedisKey ConversationIndex = "index:conversation";

    /// <summary>Hash of <c>&lt;network&gt;:&lt;nick&gt;</c> to the MAS user who has that nick there now.</summary>
    public static readonly RedisKey CurrentNickIndex = "index:currentnick";

    /// <summary>Hash of <c>&lt;network&gt;:&lt;nick&gt;</c> to the id of an IRC user.</summary>
    public static readonly RedisKey IrcUserIndex = "index:ircuser";

    /// <summary>Sorted set of <c>&lt;userId&gt;:&lt;sessionId&gt;</c> by the unix time of the last heartbeat.</summary>
    public static readonly RedisKey SessionLastHeartbeat = "sessionlastheartbeat";

    /// <summary>
    /// Sorted set of <c>&lt;userId&gt;:&lt;sessionId&gt;</c> by the unix time of the session's end, until its keys are removed once
    /// more (extension).
    /// </summary>
    public static readonly RedisKey EndedSessions = "endedsessions";

    /// <summary>
    /// Sorted set of <c>&lt;userId&gt;:&lt;sessionId&gt;</c> by unix time: sessions that began or ended, which the user's friends may
    /// not have been told yet (extension).
    /// </summary>
    public static readonly RedisKey PresenceDue = "presencedue";

    /// <summary>Sorted set of userIds by unix time: closed accounts, until their data is removed once more (extension).</summary>
    public static readonly RedisKey AccountsClosing = "accountsclosing";

    /// <summary>Set of the configured networks.</summary>
    public static readonly RedisKey NetworkList = "networklist";

    /// <summary>Stream of operators' actions, capped (extension).</summary>
    public static readonly RedisKey AuditLog = "auditlog";

    /// <summary>Counter of user ids.</summary>
    public static readonly RedisKey NextUserId = "nextGlobalUserId";

    /// <summary>Counter of alerts.</summary>
    public static readonly RedisKey NextNoteId = "nextGlobalNoteId";

    /// <summary>Counter of gids: messages and revisions.</summary>
    public static readonly RedisKey NextMsgId = "nextGlobalMsgId";

    /// <summary>Counter of conversation ids.</summary>
    public static readonly RedisKey NextConversationId = "nextGlobalConversationId";

    /// <summary>Counter of lease epochs (extension): a later holder of any lease has a higher epoch.</summary>
    public static readonly RedisKey NextLeaseEpoch = "nextGlobalLeaseEpoch";

    /// <summary>Hash: the user's record.</summary>
    public static RedisKey User(UserId user) => "user:" + user.Value;

    /// <summary>Sorted set of login digests by the unix time at which they end (extension).</summary>
    public static RedisKey Logins(UserId user) => "logins:" + user.Value;

    /// <summary>Sorted set of the user's live session ids by start time.</summary>
    public static RedisKey SessionList(UserId user) => "sessionlist:" + user.Value;

    /// <summary>Hash of sessionId to the digest of the login that it began with (extension).</summary>
    public static RedisKey SessionLogins(UserId user) => "sessionlogins:" + user.Value;

    /// <summary>Set of the userIds that ADD_USERS has introduced to the session.</summary>
    public static RedisKey SessionKnownUserIds(SessionRef session) => $"sessionknownuserids:{session.UserId.Value}:{session.SessionId}";

    /// <summary>List of the notifications that wait for the session, oldest on the right.</summary>
    public static RedisKey Outbox(SessionRef session) => $"outbox:{session.UserId.Value}:{session.SessionId}";

    /// <summary>Set of the user's friends.</summary>
    public static RedisKey Friends(UserId user) => "friends:" + user.Value;

    /// <summary>Set of the userIds that ask this user to be friends (extension).</summary>
    public static RedisKey FriendRequests(UserId user) => "friendrequests:" + user.Value;

    /// <summary>Hash of the user's settings.</summary>
    public static RedisKey Settings(UserId user) => "settings:" + user.Value;

    /// <summary>Hash of alertId to message: alerts that the user has not acknowledged (extension).</summary>
    public static RedisKey Alerts(UserId user) => "alerts:" + user.Value;

    /// <summary>Set of the user's permissions, such as <c>admin</c> (extension).</summary>
    public static RedisKey UserPermissions(UserId user) => "userpermissions:" + user.Value;

    /// <summary>Set of the user's windowIds.</summary>
    public static RedisKey WindowList(UserId user) => "windowlist:" + user.Value;

    /// <summary>Hash: one window of the user.</summary>
    public static RedisKey Window(UserId user, int windowId) => $"window:{user.Value}:{windowId}";

    /// <summary>Hash: the user's state on a network.</summary>
    public static RedisKey Network(UserId user, string network) => $"networks:{user.Value}:{network}";

    /// <summary>Hash: a user who is only on IRC.</summary>
    public static RedisKey IrcUser(UserId user) => "ircuser:" + user.Value;

    /// <summary>Set of <c>&lt;userId&gt;:&lt;network&gt;</c>: the IRC connections that their users want (extension).</summary>
    public static readonly RedisKey IrcConnections = "ircconnections";

    /// <summary>
    /// Set of former members of <see cref="IrcConnections"/>: their users have disconnected, and the parser has not been told yet
    /// (extension).
    /// </summary>
    public static readonly RedisKey IrcConnectionsEnding = "ircconnectionsending";

    /// <summary>
    /// Hash of <c>&lt;k&gt;/&lt;parts&gt;</c>, an inbox of the connection manager, to the worker that holds, or held last, the IRC
    /// connections of its users (extension).
    /// </summary>
    public static readonly RedisKey IrcConnectionsHolders = "ircconnectionsholders";

    /// <summary>Hash: what the parser knows of a user's connection to a network (extension).</summary>
    public static RedisKey IrcConnection(UserId user, string network) => $"ircconnection:{user.Value}:{network}";

    /// <summary>Hash with expiry of nick to status: an incomplete reply to NAMES.</summary>
    public static RedisKey NamesBuffer(UserId user, ConversationId id) => $"namesbuffer:{user.Value}:{id.Value}";

    /// <summary>String with expiry: the user whose reply to NAMES resets the channel's members.</summary>
    public static RedisKey IrcNamesReporter(ConversationId id) => $"ircnamesreporter:{id.Value}";

    /// <summary>Hash of channel to key: joins that wait for the connection.</summary>
    public static RedisKey IrcPendingJoins(UserId user, string network) => $"ircpendingjoins:{user.Value}:{network}";

    /// <summary>Hash of userId to the mode letters that the member holds, highest first, for members with any (extension).</summary>
    public static RedisKey IrcStatuses(ConversationId id) => $"ircstatuses:{id.Value}";

    /// <summary>Set of the MAS users who have a window of a channel, connected or not (extension).</summary>
    public static RedisKey IrcHolders(ConversationId id) => $"ircholders:{id.Value}";

    /// <summary>Hash: the deduplicator of a shared channel, how often each connection has heard each line (extension).</summary>
    public static RedisKey IrcLines(ConversationId id) => $"irclines:{id.Value}";

    /// <summary>Hash: the conversation's record.</summary>
    public static RedisKey Conversation(ConversationId id) => $"conversation:{id.Value}";

    /// <summary>Hash of userId to role.</summary>
    public static RedisKey ConversationMembers(ConversationId id) => $"conversationmembers:{id.Value}";

    /// <summary>List of messages as JSON, newest on the left.</summary>
    public static RedisKey ConversationMessages(ConversationId id) => $"conversationmsgs:{id.Value}";

    /// <summary>Hash of <c>&lt;userId&gt;:&lt;rid&gt;</c> to gid: the idempotency record of each message that the list holds (extension).</summary>
    public static RedisKey ConversationRids(ConversationId id) => $"{{conversationmsgs:{id.Value}}}:rids";

    /// <summary>Hash of <c>&lt;userId&gt;:&lt;sessionId&gt;</c> to windowId: the live sessions of members (extension).</summary>
    public static RedisKey ConversationSessions(ConversationId id) => $"conversationsessions:{id.Value}";

    /// <summary>String with expiry: the user who may set a new password.</summary>
    public static RedisKey PasswordResetToken(string token) => "passwordresettoken:" + token;

    /// <summary>String with expiry: a one-use ticket for INIT (extension).</summary>
    public static RedisKey Ticket(string ticket) => "ticket:" + ticket;

    /// <summary>List: the entries that wait for a worker, newest on the left.</summary>
    public static RedisKey Inbox(string endpoint) => "inbox:" + endpoint;

    /// <summary>List: a batch that a lease holder has claimed and not finished, newest on the left (extension).</summary>
    public static RedisKey InboxClaim(string endpoint, long epoch, long number) => string.Create(CultureInfo.InvariantCulture, $"{{inbox:{endpoint}}}:claim:{epoch}:{number}");

    /// <summary>Hash of lease epoch to the range of claims that may be unfinished, as first-last (extension).</summary>
    public static RedisKey InboxClaims(string endpoint) => $"{{inbox:{endpoint}}}:claims";

    /// <summary>Hash of lease epoch to the worker that may have commands in flight (extension).</summary>
    public static RedisKey InboxHolders(string endpoint) => $"{{inbox:{endpoint}}}:holders";

    /// <summary>List: the claim of a worker from before claim lists (extension).</summary>
    public static RedisKey OldInboxTaken(string endpoint, string taker) => $"{{inbox:{endpoint}}}:taken:{taker}";

    /// <summary>Sorted set: such workers that may have claims. A string instead keeps them from consuming (extension).</summary>
    public static RedisKey OldInboxTakers(string endpoint) => $"{{inbox:{endpoint}}}:takers";

    /// <summary>List of entries that could not be handled, newest on the left (extension).</summary>
    public static RedisKey InboxDead(string endpoint) => $"inbox:{endpoint}:dead";

    /// <summary>String: the version of the layout whose producers an inbox accepts; negative while it is closed (extension).</summary>
    public static RedisKey InboxVersion(string endpoint) => $"{{inbox:{endpoint}}}:layout";

    /// <summary>List: during repartitioning, the contents of a closed inbox (extension).</summary>
    public static RedisKey InboxLeaving(string endpoint) => $"{{inbox:{endpoint}}}:leaving";

    /// <summary>List: during repartitioning, the first entries of an inbox once it is opened (extension).</summary>
    public static RedisKey InboxArriving(string endpoint) => $"{{inbox:{endpoint}}}:arriving";

    /// <summary>String: an endpoint's number of partitions, as JSON (extension).</summary>
    public static RedisKey InboxLayout(string endpoint) => "inboxlayout:" + endpoint;

    /// <summary>Sorted set with expiry: an endpoint's living workers by last heartbeat, unix milliseconds (extension).</summary>
    public static RedisKey InboxWorkers(string endpoint) => "inboxworkers:" + endpoint;

    /// <summary>String with expiry: the worker that consumes an inbox (extension).</summary>
    public static RedisKey Lease(string endpoint) => "lease:" + endpoint;

    /// <summary>String with expiry beside <paramref name="key"/>: the epoch of the last lease holder that wrote it (extension).</summary>
    public static RedisKey FencingToken(RedisKey key) => $"{{{key}}}:fence";

    /// <summary>String beside a counter or its hash: the master's replication id at the last allocation (extension).</summary>
    public static RedisKey History(RedisKey counter) => $"{{{counter}}}:history";

    /// <summary>Channel that tells a server which of its sessions have entries in their outboxes (extension).</summary>
    public static RedisChannel Wake(string serverId) => new("wake:" + serverId, RedisChannel.PatternMode.Literal);

    /// <summary>Field of <see cref="UserIndex"/>: nicks and emails are unique without regard to case.</summary>
    public static RedisValue UserIndexField(string nickOrEmail) => nickOrEmail.ToLowerInvariant();

    /// <summary>Field of <see cref="WindowIndex"/>.</summary>
    public static RedisValue WindowIndexField(UserId user, ConversationId id) => $"{user.Value}:{id.Value}";

    /// <summary>Field of <see cref="CurrentNickIndex"/> and <see cref="IrcUserIndex"/>; <paramref name="foldedNick"/> is in the network's casemapping.</summary>
    public static RedisValue NickField(string network, string foldedNick) => $"{network}:{foldedNick}";

    /// <summary>Member of <see cref="IrcConnections"/>.</summary>
    public static RedisValue IrcConnectionMember(UserId user, string network) => $"{user.Value}:{network}";

    /// <summary>Field of <see cref="ConversationIndex"/> for a group; <paramref name="foldedName"/> is in the network's casemapping.</summary>
    public static RedisValue GroupField(string network, string foldedName) => $"group:{network}:{foldedName}";

    /// <summary>Field of <see cref="ConversationIndex"/> for a 1on1: the same for both users.</summary>
    public static RedisValue OneOnOneField(string network, UserId one, UserId other)
    {
        var inOrder = one.Value.Length != other.Value.Length
            ? one.Value.Length < other.Value.Length
            : string.CompareOrdinal(one.Value, other.Value) < 0;
        var (first, second) = inOrder ? (one, other) : (other, one);
        return $"1on1:{network}:{first.Value}:{second.Value}";
    }
}

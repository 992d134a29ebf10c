using Mas.Core.Model;
using Mas.Core.Queues;
using Mas.Core.Redis;
using Mas.IrcBackend.Connections;
using Mas.IrcBackend.State;

namespace Mas.IrcBackend.Parser;

/// <summary>What commands and events read and call under one lease.</summary>
internal sealed record ParserDependencies(
    RedisConnection Redis, InboxProducer InboxProducer, Conversations Conversations, ConversationHistory History, WindowLifecycle Lifecycle, UserWindows Windows,
    Users Users, UserCards Cards, Friends Friends, Outboxes Outboxes, ProfileBroadcaster ProfileBroadcaster, HistoryOptions HistoryOptions, TimeProvider Time, ConfiguredNetworks Networks,
    CredentialVault Vault, NetworkStates States, UserConnections Connections, IrcPeople People, EchoedMessages Echoed, ChannelLedgers Ledgers, ConversationLocks Locks);

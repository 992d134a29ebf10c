using Mas.Core.Queues;

namespace Mas.IrcBackend.State;

/// <summary>An entry's exclusive access to one conversation (<see cref="ConversationAccess"/>).</summary>
/// <param name="Context">The entry.</param>
/// <param name="Id">The conversation.</param>
/// <param name="Delivery">Collects the notifications; flushed when the access ends.</param>
/// <param name="Deduplicator">The channel's; null where the access does not depend on what other connections have heard.</param>
internal sealed record ConversationScope(ParserContext Context, ConversationId Id, Delivery Delivery, ChannelDeduplicator? Deduplicator);

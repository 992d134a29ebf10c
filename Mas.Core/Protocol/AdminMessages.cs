namespace Mas.Core.Protocol;

// What operators ask of MAS's own conversations (scripts/lua, /admin). Nobody is asked for permission: whoever can write to
// the inbox has it. Their origin is iSERVER, which is also the author of the lines that they leave behind.

/// <summary>Removes a group, or what a crash left of a conversation, with its messages and everybody's windows.</summary>
public sealed record RemoveGroup(Origin Origin, long ConversationId) : ConversationMessage(Origin, ConversationId);

/// <summary>Makes a member the owner of a group; the owner before becomes an operator.</summary>
public sealed record SetOwner(Origin Origin, long ConversationId, string Target) : ConversationMessage(Origin, ConversationId);

/// <summary>Removes a member from a group, the owner too.</summary>
public sealed record RemoveMember(Origin Origin, long ConversationId, string Target, string Reason = "") : ConversationMessage(Origin, ConversationId);

/// <summary>Deletes a message, whoever wrote it.</summary>
public sealed record DeleteMessage(Origin Origin, long ConversationId, long Gid) : ConversationMessage(Origin, ConversationId);

/// <summary>Drops the messages up to the gid <paramref name="UpTo"/>; live sessions see them as deleted.</summary>
public sealed record TrimHistory(Origin Origin, long ConversationId, long UpTo) : ConversationMessage(Origin, ConversationId);

/// <summary>Gives a member the window that is missing.</summary>
public sealed record OpenMissingWindow(Origin Origin, long ConversationId, string Target) : ConversationMessage(Origin, ConversationId);

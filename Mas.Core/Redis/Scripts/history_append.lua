-- Purpose: adds messages to a conversation's history, each with its record, unless a later lease holder has written it. It is the
-- last step of a post; who may post, and the gids, are known.
-- KEYS[1]  conversationmsgs:<conversationId>
-- KEYS[2]  {conversationmsgs:<conversationId>}:fence
-- KEYS[3]  {conversationmsgs:<conversationId>}:rids
-- ARGV[1]  the caller's lease epoch
-- ARGV[2]  how long the fence is kept, s
-- ARGV[3]  the most messages that the history keeps
-- ARGV[4]  the first gid; as many consecutive ones as there are messages are the caller's
-- ARGV[5…] the messages, as history_post.lua takes them
-- Returns  what history_post.lua does; or the error of fence.lua

-- @include fence
-- @include history
-- @include history_post

return post(plan(5, function() return true end), tonumber(ARGV[4]))

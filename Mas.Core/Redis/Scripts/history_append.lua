-- Purpose: appends messages to a conversation's history, with idempotency records. The last step of a post: permission has
--          been checked, and gids allocated. Fenced.
-- KEYS[1]  conversationmsgs:<conversationId>
-- KEYS[2]  {conversationmsgs:<conversationId>}:fence
-- KEYS[3]  {conversationmsgs:<conversationId>}:rids
-- ARGV[1]  the caller's lease epoch
-- ARGV[2]  how long the fence is kept, s
-- ARGV[3]  the most messages that the history keeps
-- ARGV[4]  the first of the allocated gids, one for each message
-- ARGV[5…] the messages, as history_post.lua takes them
-- Returns  what history_post.lua does; or the error of fence.lua

-- @include fence
-- @include history
-- @include history_post

return post(plan(5, function() return true end), tonumber(ARGV[4]))

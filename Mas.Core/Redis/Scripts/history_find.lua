-- Purpose: finds a message by its author and rid.
-- KEYS[1]  conversationmsgs:<conversationId>
-- KEYS[2]  {conversationmsgs:<conversationId>}:rids
-- ARGV[1]  the name of its idempotency record (history.lua)
-- Returns  the message's JSON, or nil

-- @include history

return findPosted(KEYS[1], KEYS[2], ARGV[1]) or false

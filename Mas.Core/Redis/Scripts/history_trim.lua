-- Purpose: removes all but the newest messages of a history, with their idempotency records. Fenced.
-- KEYS[1]  conversationmsgs:<conversationId>
-- KEYS[2]  {conversationmsgs:<conversationId>}:fence
-- KEYS[3]  {conversationmsgs:<conversationId>}:rids
-- ARGV[1]  the caller's lease epoch
-- ARGV[2]  how long the fence is kept, s
-- ARGV[3]  how many messages to keep
-- Returns  nothing; or the error of fence.lua

-- @include fence
-- @include history

if ARGV[3] == '0' then
  redis.call('DEL', KEYS[1], KEYS[3])
  return
end
local count = redis.call('LLEN', KEYS[1]) - ARGV[3]
if count > 0 then
  dropOldest(KEYS[1], KEYS[3], count)
end

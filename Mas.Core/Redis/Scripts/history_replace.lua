-- Purpose: replaces one message of a history (an edit), unless the message has changed. Fenced.
-- KEYS[1]  conversationmsgs:<conversationId>
-- KEYS[2]  {conversationmsgs:<conversationId>}:fence
-- ARGV[1]  the caller's lease epoch
-- ARGV[2]  how long the fence is kept, s
-- ARGV[3]  the message's present JSON
-- ARGV[4]  its new JSON
-- Returns  1 when it was replaced, 0 when ARGV[3] is not in the history; or the error of fence.lua

-- @include fence

local index = redis.call('LPOS', KEYS[1], ARGV[3])
if not index then
  return 0
end
redis.call('LSET', KEYS[1], index, ARGV[4])
return 1

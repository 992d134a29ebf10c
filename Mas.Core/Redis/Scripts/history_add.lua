-- Purpose: appends messages that are certainly new to a conversation's history, with idempotency records. The last step of a
--          post, like history_append.lua, for the common case: nothing is looked for, and no string is built. Fenced.
-- KEYS[1]  conversationmsgs:<conversationId>
-- KEYS[2]  {conversationmsgs:<conversationId>}:fence
-- KEYS[3]  {conversationmsgs:<conversationId>}:rids
-- ARGV[1]  the caller's lease epoch
-- ARGV[2]  how long the fence is kept, s
-- ARGV[3]  the most messages that the history keeps
-- ARGV[4]  the first message's gid; the others' are higher
-- ARGV[5]  how many messages, 1,000 at most
-- ARGV[6…] their JSON, oldest first; then for each the name of its record, and its gid
-- Returns  an empty list; or the error BEHIND <the newest gid>, and nothing is added, when that is not lower than the first;
--          or the error of fence.lua

-- @include fence
-- @include history

local messages, rids, count = KEYS[1], KEYS[3], tonumber(ARGV[5])
local newest = gidOf(redis.call('LINDEX', messages, 0) or '')
if newest and newest >= tonumber(ARGV[4]) then
  return redis.error_reply(string.format('BEHIND %.0f', newest))
end
local length = redis.call('LPUSH', messages, unpack(ARGV, 6, 5 + count))
redis.call('HSET', rids, unpack(ARGV, 6 + count))
if length > tonumber(ARGV[3]) then
  dropOldest(messages, rids, length - ARGV[3])
end
return {}

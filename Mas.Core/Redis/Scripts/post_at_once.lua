-- Purpose: posts in one round trip: checks permission, allocates gids, and appends messages with idempotency records. Fenced.
--          Only for a single Redis: the keys are in different slots.
-- KEYS[1]  conversationmsgs:<conversationId>
-- KEYS[2]  {conversationmsgs:<conversationId>}:fence
-- KEYS[3]  {conversationmsgs:<conversationId>}:rids
-- KEYS[4]  conversationmembers:<conversationId>
-- KEYS[5]  nextGlobalMsgId
-- ARGV[1]  the caller's lease epoch
-- ARGV[2]  how long the fence is kept, s
-- ARGV[3]  the most messages that the history keeps
-- ARGV[4]  who must be attached (membership.lua); empty: nobody
-- ARGV[5…] the messages, as history_post.lua takes them
-- Returns  what history_post.lua does, '' also for a message whose author may not post; or an empty list, and nothing is
--          added, when somebody who must be attached has closed the window; or the error of fence.lua

-- @include fence
-- @include history
-- @include history_post
-- @include membership

local everyone = ARGV[4] == 'everyone'
local isAttached, isAnyDetached = membersOf(KEYS[4], everyone)
local batch = plan(5, function(message)
  return ARGV[4] == '' or isAttached(string.match(message, '"userId":"([^"]*)"'))
end)
if #batch.added == 0 then
  return batch.results
end
if everyone and isAnyDetached() then
  return {}
end
return post(batch, redis.call('INCRBY', KEYS[5], #batch.added) - #batch.added + 1)

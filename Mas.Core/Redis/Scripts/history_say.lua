-- Purpose: adds what members say to a conversation's history, unless a later lease holder has written it, and in the same go looks
--          whether they may, and draws the gids: each takes a round trip else. Only for one Redis: the keys are of different slots.
-- KEYS[1]  conversationmsgs:<conversationId>
-- KEYS[2]  {conversationmsgs:<conversationId>}:fence
-- KEYS[3]  conversationmembers:<conversationId>
-- KEYS[4]  nextGlobalMsgId
-- ARGV[1]  the caller's lease epoch
-- ARGV[2]  how long the fence is kept, s
-- ARGV[3]  the most messages that the history keeps
-- ARGV[4]  the role of who has closed the window, and may say nothing
-- ARGV[5]  'all' when nobody may have closed it, else ''
-- ARGV[6…] for each message its author, and its JSON behind '{"gid":<gid>,'
-- Returns  the first message's gid, from which the others' count on; or the error of fence.lua; or 0, and nothing was added, when
--          somebody may say nothing, or the counter is behind the history
local closed = ARGV[4]
local may = {}
for i = 6, #ARGV, 2 do
  local author = ARGV[i]
  may[author] = may[author] or redis.call('HGET', KEYS[3], author) or closed
  if may[author] == closed then
    return 0
  end
end
if ARGV[5] == 'all' then
  for _, role in ipairs(redis.call('HVALS', KEYS[3])) do
    if role == closed then
      return 0
    end
  end
end

local count = (#ARGV - 5) / 2
local first = redis.call('INCRBY', KEYS[4], count) - count + 1
if newestFrom(first) then
  return 0
end
local messages = {}
for i = 1, count do
  messages[i] = string.format('{"gid":%.0f,', first + i - 1) .. ARGV[5 + 2 * i]
end
push(messages, 1)
return first

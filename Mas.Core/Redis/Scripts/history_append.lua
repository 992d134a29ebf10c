-- Purpose: adds messages to a conversation's history, each at most once, unless a later lease holder has written it.
-- KEYS[1]  conversationmsgs:<conversationId>
-- KEYS[2]  {conversationmsgs:<conversationId>}:fence
-- ARGV[1]  the caller's lease epoch
-- ARGV[2]  how long the fence is kept, s
-- ARGV[3]  the most messages that the history keeps
-- ARGV[4]  the first message's gid; the others' are higher
-- ARGV[5…] for each message three: its JSON, and, when it may be there already, two pieces that the JSON of the
--          same message contains (its author and its rid), else two empty strings
-- Returns  for each message '' when it was added, or the JSON that is there already; or the error of
--          fence.lua; or, when the newest message that is there does not have a lower gid (a counter that went
--          back gave it), the error BEHIND <that gid>, and nothing was added
local newest = redis.call('LINDEX', KEYS[1], 0)
local gid = newest and tonumber(string.match(newest, '^{"gid":(%d+)[,}]') or 0)
if gid and gid >= tonumber(ARGV[4]) then
  return redis.error_reply(string.format('BEHIND %.0f', gid))
end

local result, added, history = {}, {}, nil
for i = 5, #ARGV, 3 do
  local found = ''
  if ARGV[i + 2] ~= '' then
    history = history or redis.call('LRANGE', KEYS[1], 0, -1)
    for _, list in ipairs({ history, added }) do
      for _, message in ipairs(list) do
        if string.find(message, ARGV[i + 2], 1, true) and string.find(message, ARGV[i + 1], 1, true) then
          found = message
          break
        end
      end
    end
  end
  if found == '' then
    added[#added + 1] = ARGV[i]
  end
  result[#result + 1] = found
end
if #added > 0 then
  if redis.call('LPUSH', KEYS[1], unpack(added)) > tonumber(ARGV[3]) then
    redis.call('LTRIM', KEYS[1], 0, ARGV[3] - 1)
  end
end
return result

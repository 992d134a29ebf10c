-- Purpose: adds messages to a conversation's history, each at most once, unless a later lease holder has written it.
-- KEYS[1]  conversationmsgs:<conversationId>
-- KEYS[2]  {conversationmsgs:<conversationId>}:fence
-- ARGV[1]  the caller's lease epoch
-- ARGV[2]  how long the fence is kept, s
-- ARGV[3]  the most messages that the history keeps
-- ARGV[4]  the first message's gid; the others' are higher
-- ARGV[5]  how many messages
-- ARGV[6…] their JSON; and then, when some of them may be there already, for each message two pieces that the JSON of the
--          same message contains (its author and its rid), or two empty strings
-- Returns  nothing when all were added; else for each message '' when it was added, or the JSON that is there already; or
--          the error of fence.lua; or, when the newest message that is there does not have a lower gid (a counter that
--          went back gave it), the error BEHIND <that gid>, and nothing was added
local newest = newestFrom(tonumber(ARGV[4]))
if newest then
  return redis.error_reply(string.format('BEHIND %.0f', newest))
end

local count = tonumber(ARGV[5])
if #ARGV == 5 + count then
  push(ARGV, 6)
  return {}
end

local result, added, history = {}, {}, nil
for i = 1, count do
  local author, rid = ARGV[4 + count + 2 * i], ARGV[5 + count + 2 * i]
  local found = ''
  if rid ~= '' then
    history = history or redis.call('LRANGE', KEYS[1], 0, -1)
    for _, list in ipairs({ history, added }) do
      for _, message in ipairs(list) do
        if string.find(message, rid, 1, true) and string.find(message, author, 1, true) then
          found = message
          break
        end
      end
    end
  end
  if found == '' then
    added[#added + 1] = ARGV[5 + i]
  end
  result[i] = found
end
if #added > 0 then
  push(added, 1)
end
return result

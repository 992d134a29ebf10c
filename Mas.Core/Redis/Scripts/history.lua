-- Purpose: stands, behind fence.lua, ahead of the scripts that add to a history (LuaScripts.LoadHistory).
-- KEYS[1]  conversationmsgs:<conversationId>
-- ARGV[3]  the most messages that the history keeps

-- The newest message's gid when it is not below this one, which a counter that went back gave; else nothing.
local function newestFrom(gid)
  local newest = redis.call('LINDEX', KEYS[1], 0)
  local found = newest and tonumber(string.match(newest, '^{"gid":(%d+)[,}]') or 0)
  return found and found >= gid and found
end

-- Adds the messages from the first on, oldest first.
local function push(messages, first)
  if redis.call('LPUSH', KEYS[1], unpack(messages, first)) > tonumber(ARGV[3]) then
    redis.call('LTRIM', KEYS[1], 0, ARGV[3] - 1)
  end
end

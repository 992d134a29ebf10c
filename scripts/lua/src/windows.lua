-- Purpose: lists a user's windows.
-- Usage:   windows WHO
-- KEYS     none: the names are worked out from ARGV
-- ARGV[1]  the user: id, nick or email
-- Returns  rows: window, conversation, network, type, name (in a 1on1: with whom), role, seen
-- Writes   no

-- @include find

local id = find(ARGV[1])
if not id then
  return redis.error_reply('NOT_FOUND there is no user ' .. ARGV[1])
end
local rows = { { 'window', 'conversation', 'network', 'type', 'name', 'role', 'seen' } }
local list = redis.call('SMEMBERS', 'windowlist:' .. id)
table.sort(list, function(one, other) return tonumber(one) < tonumber(other) end)
for _, windowId in ipairs(list) do
  local window = redis.call('HMGET', 'window:' .. id .. ':' .. windowId, 'conversationId', 'seen')
  local conversation = window[1] or ''
  local record = redis.call('HMGET', 'conversation:' .. conversation, 'network', 'type', 'name')
  local name = record[3] or ''
  if record[2] == '1on1' then
    for _, member in ipairs(redis.call('HKEYS', 'conversationmembers:' .. conversation)) do
      if member ~= id then
        name = redis.call('HGET', (string.sub(member, 1, 1) == 'i' and 'ircuser:' or 'user:') .. member, 'nick') or member
      end
    end
  end
  rows[#rows + 1] = {
    windowId, conversation, record[1] or '', record[2] or 'missing', name,
    redis.call('HGET', 'conversationmembers:' .. conversation, id) or 'none', window[2] or '',
  }
end
return rows

-- Purpose: deletes a MAS group with its messages, and closes every member's window. The worker does it.
-- Usage:   group-remove GROUP
-- KEYS     none: the names are worked out from ARGV
-- ARGV[1]  the group's name, or the conversation's id
-- Returns  rows: asked, conversation, name, members
-- Asks     deletes the group and all its messages
-- Writes   yes: inbox:loopbackparser (ADMIN_REMOVE_GROUP)
local function findGroup(name)
  local id = redis.call('HGET', 'index:conversation', 'group:MAS:' .. string.lower(name))
  if not id and string.find(name, '^%d+$') then
    local record = redis.call('HMGET', 'conversation:' .. name, 'type', 'network')
    id = record[1] == 'group' and record[2] == 'MAS' and name
  end
  return id
end

-- Asks the worker that owns MAS's conversations, as the server does. It tells whoever has to know.
local function ask(message)
  local now = redis.call('TIME')
  message.origin = { rid = 'ctl-' .. now[1] .. '-' .. now[2], userId = message.userId or 'iSERVER' }
  message.userId = nil
  redis.call('LPUSH', 'inbox:loopbackparser', cjson.encode(message))
end

local id = findGroup(ARGV[1])
if not id then
  return redis.error_reply('NOT_FOUND there is no MAS group ' .. ARGV[1])
end
ask({ type = 'ADMIN_REMOVE_GROUP', conversationId = tonumber(id) })
return {
  { 'asked', 'conversation', 'name', 'members' },
  {
    'loopbackparser', id, redis.call('HGET', 'conversation:' .. id, 'name') or '',
    tostring(redis.call('HLEN', 'conversationmembers:' .. id)),
  },
}

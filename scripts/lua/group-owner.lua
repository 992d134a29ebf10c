-- Purpose: gives a MAS group to one of its members; the former owner becomes an operator. The worker does it.
-- Usage:   group-owner GROUP WHO
-- KEYS     none: the names are worked out from ARGV
-- ARGV[1]  the group's name, or the conversation's id
-- ARGV[2]  the new owner, a member: id, nick or email
-- Returns  rows: asked, conversation, owner before, new owner
-- Writes   yes: inbox:loopbackparser (ADMIN_SET_OWNER)
local function find(who)
  local id = string.find(who, '^%d+$') and who or redis.call('HGET', 'index:user', string.lower(who))
  return id and redis.call('EXISTS', 'user:' .. id) == 1 and id
end

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

local id, owner = findGroup(ARGV[1]), find(ARGV[2] or '')
if not id then
  return redis.error_reply('NOT_FOUND there is no MAS group ' .. ARGV[1])
end
if not owner or redis.call('HEXISTS', 'conversationmembers:' .. id, owner) == 0 then
  return redis.error_reply('NOT_FOUND the group has no member ' .. (ARGV[2] or ''))
end
ask({ type = 'ADMIN_SET_OWNER', conversationId = tonumber(id), target = owner })
return {
  { 'asked', 'conversation', 'owner before', 'new owner' },
  { 'loopbackparser', id, redis.call('HGET', 'conversation:' .. id, 'owner') or '', owner },
}

-- Purpose: gives a MAS group to one of its members; the former owner becomes an operator. The worker does it.
-- Usage:   group-owner GROUP WHO
-- KEYS     none: the names are worked out from ARGV
-- ARGV[1]  the group's name, or the conversation's id
-- ARGV[2]  the new owner, a member: id, nick or email
-- Returns  rows: asked, conversation, owner before, new owner
-- Writes   yes: inbox:loopbackparser (ADMIN_SET_OWNER)

-- @include find
-- @include find-group
-- @include ask

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

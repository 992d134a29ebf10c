-- Purpose: removes a member from a MAS group, even its owner. The worker does it.
-- Usage:   kick GROUP WHO [REASON]
-- KEYS     none: the names are worked out from ARGV
-- ARGV[1]  the group's name, or the conversation's id
-- ARGV[2]  the member: id, nick or email
-- ARGV[3]  why; optional
-- Returns  rows: asked, conversation, member
-- Asks     removes the member from the group
-- Writes   yes: inbox:loopbackparser (ADMIN_KICK)

-- @include find
-- @include find-group
-- @include ask

local id, member = findGroup(ARGV[1]), find(ARGV[2] or '')
if not id then
  return redis.error_reply('NOT_FOUND there is no MAS group ' .. ARGV[1])
end
if not member or redis.call('HEXISTS', 'conversationmembers:' .. id, member) == 0 then
  return redis.error_reply('NOT_FOUND the group has no member ' .. (ARGV[2] or ''))
end
ask({ type = 'ADMIN_KICK', conversationId = tonumber(id), target = member, reason = ARGV[3] or '' })
return { { 'asked', 'conversation', 'member' }, { 'loopbackparser', id, member } }

-- Purpose: deletes a MAS group with its messages, and closes every member's window. The worker does it.
-- Usage:   group-remove GROUP
-- KEYS     none: the names are worked out from ARGV
-- ARGV[1]  the group's name, or the conversation's id
-- Returns  rows: asked, conversation, name, members
-- Asks     deletes the group and all its messages
-- Writes   yes: inbox:loopbackparser (ADMIN_REMOVE_GROUP)

-- @include find-group
-- @include ask

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

-- Purpose: deletes the older messages of a MAS conversation. Live clients see them as deleted. The worker does it.
-- Usage:   trim CONVERSATION KEEP
-- KEYS     none: the names are worked out from ARGV
-- ARGV[1]  the conversation's id, or a group's name
-- ARGV[2]  how many of the newest messages stay
-- Returns  rows: asked, conversation, messages now, to be dropped
-- Asks     deletes messages for good
-- Writes   yes: inbox:loopbackparser (ADMIN_TRIM)

-- @include find-conversation
-- @include ask

local id, keep = findConversation(ARGV[1]), tonumber(ARGV[2] or '')
if not id then
  return redis.error_reply('NOT_FOUND there is no MAS conversation ' .. ARGV[1])
end
if not keep or keep < 0 or keep ~= math.floor(keep) then
  return redis.error_reply('PARAMETER_INVALID how many messages shall stay?')
end
local messages = 'conversationmsgs:' .. id
local count = redis.call('LLEN', messages)
-- By gid, so that messages posted meanwhile don't matter.
local ok, newest = pcall(cjson.decode, redis.call('LINDEX', messages, keep) or '')
if ok and type(newest) == 'table' and newest.gid then
  ask({ type = 'ADMIN_TRIM', conversationId = tonumber(id), upTo = newest.gid })
elseif count > keep then
  return redis.error_reply('ERROR the message at position ' .. keep .. ' is unreadable; fsck names it')
end
return {
  { 'asked', 'conversation', 'messages', 'dropped' },
  { 'loopbackparser', id, tostring(count), tostring(math.max(0, count - keep)) },
}

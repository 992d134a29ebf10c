-- Purpose: deletes one message of a MAS conversation, whoever wrote it. The worker does it, and clients see it.
-- Usage:   delete-message CONVERSATION GID
-- KEYS     none: the names are worked out from ARGV
-- ARGV[1]  the conversation's id, or a group's name
-- ARGV[2]  the message's gid
-- Returns  rows: asked, conversation, gid
-- Asks     deletes the message's text for good
-- Writes   yes: inbox:loopbackparser (ADMIN_DELETE_MESSAGE)

-- @include find-conversation
-- @include ask

local id, gid = findConversation(ARGV[1]), ARGV[2] or ''
if not id then
  return redis.error_reply('NOT_FOUND there is no MAS conversation ' .. ARGV[1])
end
for _, entry in ipairs(redis.call('LRANGE', 'conversationmsgs:' .. id, 0, -1)) do
  if string.find(gid, '^%d+$') and string.find(entry, '"gid":' .. gid .. '[,}]') then
    ask({ type = 'ADMIN_DELETE_MESSAGE', conversationId = tonumber(id), gid = tonumber(gid) })
    return { { 'asked', 'conversation', 'gid' }, { 'loopbackparser', id, gid } }
  end
end
return redis.error_reply('NOT_FOUND there is no message ' .. gid .. ' in the history')

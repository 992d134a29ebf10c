-- Purpose: locks a user out: logins fail and all sessions end. Everything else stays; enable undoes it.
-- Usage:   disable WHO [REASON]
-- KEYS     none: the names are worked out from ARGV
-- ARGV[1]  the user: id, nick or email
-- ARGV[2]  a sentence for the user; optional
-- Returns  rows: id, sessions that were ended
-- Asks     ends the user's sessions and logins
-- Writes   yes: user:<userId> (inuse, secret), logins:<userId>, outboxes (TERMINATE with ACCOUNT_CLOSED)

-- @include find
-- @include tell

local id = find(ARGV[1])
if not id then
  return redis.error_reply('NOT_FOUND there is no user ' .. ARGV[1])
end
local reason = (ARGV[2] or '') ~= '' and ARGV[2] or 'Your account has been disabled.'
redis.call('HSET', 'user:' .. id, 'inuse', '0', 'secret', '', 'secretExpires', '0')
redis.call('DEL', 'logins:' .. id)
local sessions = redis.call('ZRANGE', 'sessionlist:' .. id, 0, -1)
for _, session in ipairs(sessions) do
  tell(id, session, '{"type":"TERMINATE","code":"ACCOUNT_CLOSED","reason":' .. cjson.encode(reason) .. '}')
end
return { { 'id', 'sessions ended' }, { id, tostring(#sessions) } }

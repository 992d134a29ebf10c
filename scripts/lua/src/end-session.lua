-- Purpose: ends one session of a user, or all of them, and the logins that started them.
-- Usage:   end-session WHO [SESSION]
-- KEYS     none: the names are worked out from ARGV
-- ARGV[1]  the user: id, nick or email
-- ARGV[2]  the session; all sessions and logins of the user when missing
-- Returns  rows: session
-- Asks     ends the user's sessions and logins
-- Writes   yes: logins:<userId>, user:<userId> (secret), outboxes (TERMINATE with LOGGED_OUT)

-- @include find
-- @include tell

local id = find(ARGV[1])
if not id then
  return redis.error_reply('NOT_FOUND there is no user ' .. ARGV[1])
end
local wanted = ARGV[2] or ''
local user, logins = 'user:' .. id, 'logins:' .. id
local rows = { { 'session' } }
for _, session in ipairs(redis.call('ZRANGE', 'sessionlist:' .. id, 0, -1)) do
  if wanted == '' or wanted == session then
    local login = redis.call('HGET', 'sessionlogins:' .. id, session)
    if login then
      redis.call('ZREM', logins, login)
      if redis.call('HGET', user, 'secret') == login then
        redis.call('HSET', user, 'secret', '', 'secretExpires', '0')
      end
    end
    tell(id, session, '{"type":"TERMINATE","code":"LOGGED_OUT","reason":"The operator has ended this session."}')
    rows[#rows + 1] = { session }
  end
end
if wanted == '' then
  redis.call('DEL', logins)
  redis.call('HSET', user, 'secret', '', 'secretExpires', '0')
elseif #rows == 1 then
  return redis.error_reply('NOT_FOUND the user has no session ' .. wanted)
end
return rows

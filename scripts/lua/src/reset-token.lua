-- Purpose: creates a token with which a user may choose a new password at /#reset-password=<token>.
-- Usage:   reset-token WHO [TOKEN] [SECONDS]
-- KEYS     none: the names are worked out from ARGV
-- ARGV[1]  the user: id, nick or email
-- ARGV[2]  the token: at least 32 random letters and digits, such as from openssl rand -hex 32 (masctl makes one)
-- ARGV[3]  how long it works; 3600 when missing
-- Returns  rows: id, token, expires (seconds)
-- Random   2
-- Writes   yes: passwordresettoken:<token>

-- @include find

local id = find(ARGV[1])
if not id then
  return redis.error_reply('NOT_FOUND there is no user ' .. ARGV[1])
end
local token, seconds = ARGV[2] or '', tonumber((ARGV[3] or '') ~= '' and ARGV[3] or 3600)
if not string.find(token, '^[%w_-]+$') or #token < 32 or #token > 200 then
  return redis.error_reply('PARAMETER_INVALID the token must have 32 to 200 random letters and digits')
end
if not seconds or seconds < 1 then
  return redis.error_reply('PARAMETER_INVALID the time is in seconds')
end
if redis.call('HGET', 'user:' .. id, 'inuse') ~= '1' then
  return redis.error_reply('NO_PERMISSION the account is closed')
end
redis.call('SET', 'passwordresettoken:' .. token, id, 'EX', string.format('%d', seconds))
return { { 'id', 'token', 'expires' }, { id, token, string.format('%d', seconds) } }

-- Purpose: unlocks a disabled user. An account that its user has closed has no password and stays closed.
-- Usage:   enable WHO
-- KEYS     none: the names are worked out from ARGV
-- ARGV[1]  the user: id, nick or email
-- Returns  rows: id, nick
-- Writes   yes: user:<userId> (inuse)

-- @include find

local id = find(ARGV[1])
if not id then
  return redis.error_reply('NOT_FOUND there is no user ' .. ARGV[1])
end
local user = redis.call('HMGET', 'user:' .. id, 'passwd', 'nick')
if (user[1] or '') == '' then
  return redis.error_reply('NO_PERMISSION the user has closed this account; a new one has to be made')
end
redis.call('HSET', 'user:' .. id, 'inuse', '1')
return { { 'id', 'nick' }, { id, user[2] } }

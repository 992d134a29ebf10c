-- Purpose: lists a user's live sessions.
-- Usage:   sessions WHO
-- KEYS     none: the names are worked out from ARGV
-- ARGV[1]  the user: id, nick or email
-- Returns  rows: session, server, since, heartbeat (unix seconds), what waits in the outbox, users known to it
-- Writes   no

-- @include find

local id = find(ARGV[1])
if not id then
  return redis.error_reply('NOT_FOUND there is no user ' .. ARGV[1])
end
local rows = { { 'session', 'server', 'since', 'heartbeat', 'outbox', 'known users' } }
local list = redis.call('ZRANGE', 'sessionlist:' .. id, 0, -1, 'WITHSCORES')
for i = 1, #list, 2 do
  local name = id .. ':' .. list[i]
  rows[#rows + 1] = {
    list[i], string.match(list[i], '^[^-]*'), list[i + 1], redis.call('ZSCORE', 'sessionlastheartbeat', name) or 'none',
    tostring(redis.call('LLEN', 'outbox:' .. name)), tostring(redis.call('SCARD', 'sessionknownuserids:' .. name)),
  }
end
return rows

-- Purpose: lists a user's state on every IRC network.
-- Usage:   networks WHO
-- KEYS     none: the names are worked out from ARGV
-- ARGV[1]  the user: id, nick or email
-- Returns  rows: network, state, nick there, retries
-- Writes   no

-- @include find

local id = find(ARGV[1])
if not id then
  return redis.error_reply('NOT_FOUND there is no user ' .. ARGV[1])
end
local rows = { { 'network', 'state', 'nick', 'retries' } }
local list = redis.call('SMEMBERS', 'networklist')
table.sort(list)
for _, network in ipairs(list) do
  local state = redis.call('HMGET', 'networks:' .. id .. ':' .. network, 'state', 'currentnick', 'retryCount')
  rows[#rows + 1] = { network, state[1] or 'not used', state[2] or '', state[3] or '' }
end
return rows

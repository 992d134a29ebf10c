-- Purpose: ends a user's connection to an IRC network, as the user's own DISCONNECT does.
-- Usage:   irc-disconnect WHO NETWORK
-- KEYS     none: the names are worked out from ARGV
-- ARGV[1]  the user: id, nick or email
-- ARGV[2]  the network
-- Returns  rows: asked, id, network, state before
-- Asks     ends the user's connection to the network
-- Writes   yes: inbox:ircparser (REQUEST with DISCONNECT)

-- @include find

local id = find(ARGV[1])
if not id then
  return redis.error_reply('NOT_FOUND there is no user ' .. ARGV[1])
end
local network = ARGV[2] or ''
local state = redis.call('HGET', 'networks:' .. id .. ':' .. network, 'state')
if not state then
  return redis.error_reply('NOT_FOUND the user does not use the network ' .. network)
end
local now = redis.call('TIME')
redis.call('LPUSH', 'inbox:ircparser', cjson.encode({
  type = 'REQUEST', rid = 'ctl-' .. now[1] .. '-' .. now[2], userId = id, network = network,
  request = { type = 'DISCONNECT', network = network },
}))
return { { 'asked', 'id', 'network', 'state before' }, { 'ircparser', id, network, state } }

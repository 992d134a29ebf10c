-- Purpose: lists who is online: every live session with its server, or the users connected to a network.
-- Usage:   online [SERVER|NETWORK]
-- KEYS     none: the names are worked out from ARGV
-- ARGV[1]  cursor
-- ARGV[2]  the id of a server, or the name of an IRC network; empty or missing for all sessions
-- Returns  rows: id, nick, session, server, heartbeat (unix seconds); for a network: id, nick, nick there, state
-- Steps    ARGV[1] is 0 at first; a last row MORE <cursor> means: run it again with that cursor
-- Writes   no
local STEP = 500
local where = ARGV[2] or ''
local cursor = ARGV[1] or '0'

if where ~= '' and redis.call('SISMEMBER', 'networklist', where) == 1 then
  local rows = { { 'id', 'nick', 'nick there', 'state' } }
  local page = redis.call('SCAN', cursor, 'MATCH', 'networks:*', 'COUNT', STEP)
  for _, key in ipairs(page[2]) do
    local id, network = string.match(key, '^networks:(%d+):(.*)$')
    local state = id and network == where and redis.call('HMGET', key, 'state', 'currentnick')
    if state and state[1] and state[1] ~= 'disconnected' then
      rows[#rows + 1] = { id, redis.call('HGET', 'user:' .. id, 'nick') or '', state[2] or '', state[1] }
    end
  end
  if page[1] ~= '0' then
    rows[#rows + 1] = { 'MORE', page[1] }
  end
  return rows
end

local rows = { { 'id', 'nick', 'session', 'server', 'heartbeat' } }
local page = redis.call('ZSCAN', 'sessionlastheartbeat', cursor, 'COUNT', STEP)
for i = 1, #page[2], 2 do
  local id, session, server = string.match(page[2][i], '^(%d+):(([^-]*)%-.*)$')
  if id and (where == '' or where == server) then
    rows[#rows + 1] = { id, redis.call('HGET', 'user:' .. id, 'nick') or '', session, server, page[2][i + 1] }
  end
end
if page[1] ~= '0' then
  rows[#rows + 1] = { 'MORE', page[1] }
end
return rows

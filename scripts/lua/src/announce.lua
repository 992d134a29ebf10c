-- Purpose: shows everybody, or one user, an alert that stays until the user acknowledges it.
-- Usage:   announce WHO|everybody TEXT
-- KEYS     none: the names are worked out from ARGV
-- ARGV[1]  cursor
-- ARGV[2]  the user: id, nick or email; or everybody
-- ARGV[3]  the text
-- Returns  rows: users who got the alert, sessions that were told at once (in this step)
-- Steps    ARGV[1] is 0 at first; a last row MORE <cursor> means: run it again with that cursor
-- Sums     of all steps
-- Asks     shows the alert to every user
-- Writes   yes: alerts:<userId>, nextGlobalNoteId, outboxes (ADD_ALERT)
local STEP = 500
local text = ARGV[3] or ''
if text == '' then
  return redis.error_reply('PARAMETER_MISSING what shall be announced?')
end

-- @include find
-- @include tell

local users, sessions = 0, 0
local function announce(id, alert)
  if redis.call('HGET', 'user:' .. id, 'inuse') ~= '1' then
    return
  end
  redis.call('HSET', 'alerts:' .. id, alert, text)
  users = users + 1
  for _, session in ipairs(redis.call('ZRANGE', 'sessionlist:' .. id, 0, -1)) do
    tell(id, session, '{"type":"ADD_ALERT","alertId":' .. alert .. ',"message":' .. cjson.encode(text) .. '}')
    sessions = sessions + 1
  end
end

-- The alert has the same id in every step, so that a step may be repeated.
local cursor, alert = string.match(ARGV[1] or '0', '^([^/]*)/?(%d*)$')
local more
if ARGV[2] == 'everybody' then
  alert = alert ~= '' and alert or string.format('%d', redis.call('INCR', 'nextGlobalNoteId'))
  local page = redis.call('SCAN', cursor, 'MATCH', 'user:*', 'COUNT', STEP)
  for _, key in ipairs(page[2]) do
    announce(string.sub(key, 6), alert)
  end
  more = page[1] ~= '0' and page[1] .. '/' .. alert
else
  local id = find(ARGV[2])
  if not id then
    return redis.error_reply('NOT_FOUND there is no user ' .. ARGV[2])
  end
  announce(id, string.format('%d', redis.call('INCR', 'nextGlobalNoteId')))
end
local rows = { { 'users', 'sessions told' }, { tostring(users), tostring(sessions) } }
if more then
  rows[#rows + 1] = { 'MORE', more }
end
return rows

-- Purpose: restarts everybody's sessions, or one user's: their clients reconnect and show the current state.
-- Usage:   renew WHO|everybody
-- KEYS     none: the names are worked out from ARGV
-- ARGV[1]  cursor
-- ARGV[2]  the user: id, nick or email; or everybody
-- Returns  rows: sessions that were ended (in this step)
-- Steps    ARGV[1] is 0 at first; a last row MORE <cursor> means: run it again with that cursor
-- Sums     of all steps
-- Asks     restarts everybody's sessions
-- Writes   yes: outboxes (TERMINATE with SERVER_STOPPING)
local STEP = 500

-- @include find
-- @include tell

local sessions = 0
local function renew(user, session)
  tell(user, session, '{"type":"TERMINATE","code":"SERVER_STOPPING","reason":"Please connect again."}')
  sessions = sessions + 1
end

-- A session that started after the first step is not ended again.
local cursor, begun = string.match(ARGV[1] or '0', '^([^/]*)/?(%d*)$')
local more
if ARGV[2] == 'everybody' then
  begun = begun ~= '' and begun or redis.call('TIME')[1]
  local page = redis.call('ZSCAN', 'sessionlastheartbeat', cursor, 'COUNT', STEP)
  for i = 1, #page[2], 2 do
    local user, session = string.match(page[2][i], '^([^:]*):(.*)$')
    local since = user and redis.call('ZSCORE', 'sessionlist:' .. user, session)
    if since and tonumber(since) <= tonumber(begun) then
      renew(user, session)
    end
  end
  more = page[1] ~= '0' and page[1] .. '/' .. begun
else
  local id = find(ARGV[2] or '')
  if not id then
    return redis.error_reply('NOT_FOUND there is no user ' .. (ARGV[2] or ''))
  end
  for _, session in ipairs(redis.call('ZRANGE', 'sessionlist:' .. id, 0, -1)) do
    renew(id, session)
  end
end
local rows = { { 'sessions' }, { tostring(sessions) } }
if more then
  rows[#rows + 1] = { 'MORE', more }
end
return rows

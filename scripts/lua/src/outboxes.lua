-- Purpose: lists the sessions with the most waiting notifications: slow clients, or stuck servers.
-- Usage:   outboxes [LEAST]
-- KEYS     none: the names are the schema's
-- ARGV[1]  cursor
-- ARGV[2]  only outboxes with at least so many entries; 1 when missing
-- Returns  rows: id, nick, session, server, entries, bytes
-- Steps    ARGV[1] is 0 at first; a last row MORE <cursor> means: run it again with that cursor
-- Sort     entries
-- Writes   no
local STEP = 500
local least = tonumber(ARGV[2]) or 1
local rows = { { 'id', 'nick', 'session', 'server', 'entries', 'bytes' } }
local page = redis.call('ZSCAN', 'sessionlastheartbeat', ARGV[1] or '0', 'COUNT', STEP)
for i = 1, #page[2], 2 do
  local key = 'outbox:' .. page[2][i]
  local entries = redis.call('LLEN', key)
  if entries >= least then
    local id, session, server = string.match(page[2][i], '^(%d+):(([^-]*)%-.*)$')
    rows[#rows + 1] = {
      id or '', redis.call('HGET', 'user:' .. (id or ''), 'nick') or '', session or page[2][i], server or '', tostring(entries),
      tostring(redis.call('MEMORY', 'USAGE', key) or 0),
    }
  end
end
if page[1] ~= '0' then
  rows[#rows + 1] = { 'MORE', page[1] }
end
return rows

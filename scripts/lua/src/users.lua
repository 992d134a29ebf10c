-- Purpose: lists users, or those whose nick, email or name contains a text, or one by id.
-- Usage:   users [TEXT]
-- KEYS     none: the names are worked out from ARGV
-- ARGV[1]  cursor
-- ARGV[2]  a user's id, or a part of nick, email or name; empty or missing for all
-- Returns  rows: id, nick, email, name, state (online, offline, closed), last seen
-- Steps    ARGV[1] is 0 at first; a last row MORE <cursor> means: run it again with that cursor
-- Writes   no
local STEP = 500
local wanted = string.lower(ARGV[2] or '')
local rows = { { 'id', 'nick', 'email', 'name', 'state', 'lastlogout' } }

local function add(id)
  local user = redis.call('HMGET', 'user:' .. id, 'nick', 'email', 'name', 'inuse', 'lastlogout')
  if not user[1] then
    return
  end
  local text = string.lower(user[1] .. '\n' .. (user[2] or '') .. '\n' .. (user[3] or ''))
  if wanted ~= '' and wanted ~= id and not string.find(text, wanted, 1, true) then
    return
  end
  local state = user[4] ~= '1' and 'closed' or user[5] == '0' and 'online' or 'offline'
  rows[#rows + 1] = { id, user[1], user[2] or '', user[3] or '', state, user[5] or '' }
end

if string.find(wanted, '^%d+$') then
  add(wanted)
  return rows
end
local page = redis.call('SCAN', ARGV[1] or '0', 'MATCH', 'user:*', 'COUNT', STEP)
for _, key in ipairs(page[2]) do
  add(string.sub(key, 6))
end
if page[1] ~= '0' then
  rows[#rows + 1] = { 'MORE', page[1] }
end
return rows

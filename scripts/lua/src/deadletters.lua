-- Purpose: lists the entries that a backend could not handle, newest first.
-- Usage:   deadletters ENDPOINT [COUNT]
-- KEYS     none: the names are worked out from ARGV
-- ARGV[1]  the endpoint: loopbackparser, ircparser, connectionmanager
-- ARGV[2]  how many; 50 when missing, at most 1000
-- Returns  rows: id (for deadletter-retry and deadletter-drop), ts (unix seconds), error, entry
-- Writes   no
local rows = { { 'id', 'ts', 'error', 'entry' } }
local letters = redis.call('LRANGE', 'inbox:' .. ARGV[1] .. ':dead', 0, math.min(tonumber(ARGV[2]) or 50, 1000) - 1)
for _, letter in ipairs(letters) do
  local id = string.sub(redis.sha1hex(letter), 1, 12)
  local ok, read = pcall(cjson.decode, letter)
  if ok and type(read) == 'table' then
    rows[#rows + 1] = { id, string.format('%d', read.ts or 0), tostring(read.error), tostring(read.entry) }
  else
    rows[#rows + 1] = { id, '', 'not a dead letter', letter }
  end
end
return rows

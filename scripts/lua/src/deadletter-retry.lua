-- Purpose: sends dead letters to their inbox again.
-- Usage:   deadletter-retry ENDPOINT ID|all
-- KEYS     none: the names are worked out from ARGV
-- ARGV[1]  the endpoint: loopbackparser, ircparser, connectionmanager
-- ARGV[2]  a letter's id (from deadletters), or all (100 at a time, oldest first)
-- Returns  rows: id, entry
-- Writes   yes: inbox:<endpoint>, inbox:<endpoint>:dead
local inbox, wanted = 'inbox:' .. ARGV[1], ARGV[2] or ''
local dead = inbox .. ':dead'
local rows = { { 'id', 'entry' } }
local letters = redis.call('LRANGE', dead, wanted == 'all' and -100 or 0, -1)
for i = #letters, 1, -1 do
  local id = string.sub(redis.sha1hex(letters[i]), 1, 12)
  local ok, letter = pcall(cjson.decode, letters[i])
  if (wanted == 'all' or wanted == id) and ok and type(letter) == 'table' and type(letter.entry) == 'string' then
    -- Pushed before it is removed: an interruption repeats it, and handling is idempotent. Partition 0 passes on entries of
    -- other partitions.
    redis.call('LPUSH', inbox, letter.entry)
    redis.call('LREM', dead, -1, letters[i])
    rows[#rows + 1] = { id, letter.entry }
  end
end
if #rows == 1 and wanted ~= 'all' then
  return redis.error_reply('NOT_FOUND there is no dead letter ' .. wanted)
end
return rows

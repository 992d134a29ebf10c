-- Purpose: lists conversations with their size, activity and number of members.
-- Usage:   conversations [TEXT] [--sort COLUMN]
-- KEYS     none: the names are worked out from ARGV
-- ARGV[1]  cursor
-- ARGV[2]  a part of the name or the network; empty or missing for all
-- Returns  rows: id, network, type, name, members, live sessions, messages, bytes (of members and messages, as Redis
--          counts them), last message (unix seconds)
-- Steps    ARGV[1] is 0 at first; a last row MORE <cursor> means: run it again with that cursor
-- Sort     bytes
-- Writes   no
local STEP = 200
local wanted = string.lower(ARGV[2] or '')
local rows = { { 'id', 'network', 'type', 'name', 'members', 'live', 'messages', 'bytes', 'last' } }
local page = redis.call('SCAN', ARGV[1] or '0', 'MATCH', 'conversation:*', 'COUNT', STEP)
for _, key in ipairs(page[2]) do
  local id = string.sub(key, 14)
  local record = redis.call('HMGET', key, 'network', 'type', 'name')
  local text = string.lower((record[1] or '') .. '\n' .. (record[3] or ''))
  if wanted == '' or string.find(text, wanted, 1, true) then
    local members, messages = 'conversationmembers:' .. id, 'conversationmsgs:' .. id
    local newest = redis.call('LINDEX', messages, 0)
    local ok, message = pcall(cjson.decode, newest or '')
    rows[#rows + 1] = {
      id, record[1] or '', record[2] or '', record[3] or '', tostring(redis.call('HLEN', members)),
      tostring(redis.call('HLEN', 'conversationsessions:' .. id)), tostring(redis.call('LLEN', messages)),
      tostring((redis.call('MEMORY', 'USAGE', members) or 0) + (redis.call('MEMORY', 'USAGE', messages) or 0)),
      ok and type(message) == 'table' and message.ts and string.format('%d', message.ts) or '',
    }
  end
end
if page[1] ~= '0' then
  rows[#rows + 1] = { 'MORE', page[1] }
end
return rows

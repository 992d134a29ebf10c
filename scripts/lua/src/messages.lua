-- Purpose: lists the newest messages of a conversation, oldest first.
-- Usage:   messages CONVERSATION [COUNT]
-- KEYS     none: the names are worked out from ARGV
-- ARGV[1]  the conversation's id
-- ARGV[2]  how many; 50 when missing, at most 1000
-- Returns  rows: gid, ts (unix seconds), author (id), nick, cat, status, body
-- Writes   no
local count = math.min(tonumber(ARGV[2]) or 50, 1000)
if redis.call('EXISTS', 'conversation:' .. ARGV[1]) == 0 then
  return redis.error_reply('NOT_FOUND there is no conversation ' .. ARGV[1])
end
local rows = { { 'gid', 'ts', 'author', 'nick', 'cat', 'status', 'body' } }
local nicks = {}
local entries = redis.call('LRANGE', 'conversationmsgs:' .. ARGV[1], 0, count - 1)
for i = #entries, 1, -1 do
  local ok, message = pcall(cjson.decode, entries[i])
  if ok and type(message) == 'table' and message.gid then
    local author = tostring(message.userId)
    nicks[author] = nicks[author]
      or redis.call('HGET', (string.sub(author, 1, 1) == 'i' and 'ircuser:' or 'user:') .. author, 'nick') or ''
    rows[#rows + 1] = {
      string.format('%d', message.gid), string.format('%d', message.ts or 0), author, nicks[author],
      tostring(message.cat), message.status or '', tostring(message.body),
    }
  else
    rows[#rows + 1] = { '?', '', '', '', '', 'unreadable', entries[i] }
  end
end
return rows

-- Purpose: deletes dead letters.
-- Usage:   deadletter-drop ENDPOINT ID|all
-- KEYS     none: the names are worked out from ARGV
-- ARGV[1]  the endpoint: loopbackparser, ircparser, connectionmanager
-- ARGV[2]  a letter's id (from deadletters), or all
-- Returns  rows: dropped
-- Asks     deletes the dead letters
-- Writes   yes: inbox:<endpoint>:dead
local dead, wanted = 'inbox:' .. ARGV[1] .. ':dead', ARGV[2] or ''
local dropped = 0
if wanted == 'all' then
  dropped = redis.call('LLEN', dead)
  redis.call('UNLINK', dead)
else
  for _, letter in ipairs(redis.call('LRANGE', dead, 0, -1)) do
    if string.sub(redis.sha1hex(letter), 1, 12) == wanted then
      dropped = dropped + redis.call('LREM', dead, 1, letter)
    end
  end
  if dropped == 0 then
    return redis.error_reply('NOT_FOUND there is no dead letter ' .. wanted)
  end
end
return { { 'dropped' }, { tostring(dropped) } }

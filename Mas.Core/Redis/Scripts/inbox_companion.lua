-- Purpose: runs one write command on a companion of an inbox, unless a later lease holder has taken from the inbox.
-- KEYS[1]  inbox:<part>
-- KEYS[2]  {inbox:<part>}:fence
-- KEYS[3]  the companion, which the command writes
-- ARGV[1]  the caller's lease epoch
-- ARGV[2]  how long the fence is kept, s
-- ARGV[3]  the command; the companion follows it
-- ARGV[4…] its other arguments
-- Returns  what the command returns, or the error FENCED
local epoch = redis.call('GET', KEYS[2])
if epoch and tonumber(epoch) > tonumber(ARGV[1]) then
  return redis.error_reply('FENCED ' .. epoch .. ' of a later lease holder, which has taken from this inbox')
end
redis.call('SET', KEYS[2], ARGV[1], 'EX', ARGV[2])
return redis.call(ARGV[3], KEYS[3], unpack(ARGV, 4))

-- Purpose: runs one write command, unless a later lease holder has written the key: a consumer that was paused past
--          its lease must not undo what its successor did.
-- KEYS[1]  the key that the command writes
-- KEYS[2]  {<key>}:fence
-- ARGV[1]  the caller's lease epoch
-- ARGV[2]  how long the fence is kept, s
-- ARGV[3]  the command; the key follows it
-- ARGV[4…] its other arguments
-- Returns  what the command returns, or the error FENCED <the later epoch>
local epoch = redis.call('GET', KEYS[2])
if epoch and tonumber(epoch) > tonumber(ARGV[1]) then
  return redis.error_reply('FENCED ' .. epoch .. ' of a later lease holder, which has written this key')
end
-- Written when it is another's or half of its time is over, not each time: a write costs more than a question.
if epoch ~= ARGV[1] or redis.call('TTL', KEYS[2]) < ARGV[2] / 2 then
  redis.call('SET', KEYS[2], ARGV[1], 'EX', ARGV[2])
end
return redis.call(ARGV[3], KEYS[1], unpack(ARGV, 4))

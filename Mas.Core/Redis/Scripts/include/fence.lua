-- Refuses a write once a later lease holder has written the same key. Fenced scripts include it first.
-- KEYS[1]  the key
-- KEYS[2]  {<key>}:fence
-- ARGV[1]  the caller's lease epoch
-- ARGV[2]  how long the fence is kept, s
-- Returns  the error FENCED <the later epoch>; otherwise the script goes on
local epoch = redis.call('GET', KEYS[2])
if epoch and tonumber(epoch) > tonumber(ARGV[1]) then
  return redis.error_reply('FENCED ' .. epoch .. ' of a later lease holder, which has written ' .. KEYS[1])
end
-- Not at each call, since a write costs more than a read.
if epoch ~= ARGV[1] or redis.call('TTL', KEYS[2]) < ARGV[2] / 2 then
  redis.call('SET', KEYS[2], ARGV[1], 'EX', ARGV[2])
end

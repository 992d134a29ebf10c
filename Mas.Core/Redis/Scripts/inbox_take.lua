-- Purpose: moves up to a batch of the oldest entries of an inbox to the worker's taken list, keeping their order, unless
--          a later lease holder has taken from it: a consumer that was paused past its lease must take nothing.
-- KEYS[1]  inbox:<endpoint>
-- KEYS[2]  {inbox:<endpoint>}:fence
-- KEYS[3]  {inbox:<endpoint>}:taken:<worker>
-- ARGV[1]  the caller's lease epoch
-- ARGV[2]  how long the fence is kept, s
-- ARGV[3]  the most entries to move
-- Returns  the entries, oldest first; or the error FENCED <the later epoch>
local epoch = redis.call('GET', KEYS[2])
if epoch and tonumber(epoch) > tonumber(ARGV[1]) then
  return redis.error_reply('FENCED ' .. epoch .. ' of a later lease holder, which has taken from this inbox')
end
-- Written when it is another's or half of its time is over, not each time: a write costs more than a question.
if epoch ~= ARGV[1] or redis.call('TTL', KEYS[2]) < ARGV[2] / 2 then
  redis.call('SET', KEYS[2], ARGV[1], 'EX', ARGV[2])
end
local entries = redis.call('RPOP', KEYS[1], ARGV[3])
if not entries then
  return {}
end
redis.call('LPUSH', KEYS[3], unpack(entries))
return entries

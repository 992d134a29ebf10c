-- Purpose: sets those fields of a hash that it has not got, unless a later lease holder has written it.
-- KEYS[1]  the hash
-- KEYS[2]  {<hash>}:fence
-- ARGV[1]  the caller's lease epoch
-- ARGV[2]  how long the fence is kept, s
-- ARGV[3…] field, value, field, value …
-- Returns  how many fields were set, or the error FENCED
local epoch = redis.call('GET', KEYS[2])
if epoch and tonumber(epoch) > tonumber(ARGV[1]) then
  return redis.error_reply('FENCED a later lease holder has written this key')
end
redis.call('SET', KEYS[2], ARGV[1], 'EX', ARGV[2])
local set = 0
for i = 3, #ARGV, 2 do
  set = set + redis.call('HSETNX', KEYS[1], ARGV[i], ARGV[i + 1])
end
return set

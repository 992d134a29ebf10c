-- Purpose: sets a number in a hash that only ever grows (a read marker), if the hash is there.
-- KEYS[1]  the hash
-- ARGV[1]  the field
-- ARGV[2]  the number
-- Returns  1 when the field holds this number now, whether it grew or held it already; 0 when it holds more, or the hash is gone
if redis.call('EXISTS', KEYS[1]) == 0 then
  return 0
end
local now = redis.call('HGET', KEYS[1], ARGV[1])
if now and (tonumber(now) or 0) > tonumber(ARGV[2]) then
  return 0
end
redis.call('HSET', KEYS[1], ARGV[1], ARGV[2])
return 1

-- Purpose: raises a number in a hash (a read marker), if the hash exists; it never goes back.
-- KEYS[1]  the hash
-- ARGV[1]  the field
-- ARGV[2]  the number
-- Returns  1 when the field has this number now; 0 when it has a higher one, or the hash does not exist
if redis.call('EXISTS', KEYS[1]) == 0 then
  return 0
end
local now = redis.call('HGET', KEYS[1], ARGV[1])
if now and (tonumber(now) or 0) > tonumber(ARGV[2]) then
  return 0
end
redis.call('HSET', KEYS[1], ARGV[1], ARGV[2])
return 1

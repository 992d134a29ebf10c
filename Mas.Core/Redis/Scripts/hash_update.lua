-- Purpose: sets fields of a record, if it is there: what was removed meanwhile must not come back as half a record.
-- KEYS[1]  the hash
-- ARGV     its fields and values
-- Returns  1 when they were written, else 0
if redis.call('EXISTS', KEYS[1]) == 0 then
  return 0
end
redis.call('HSET', KEYS[1], unpack(ARGV))
return 1

-- Purpose: writes fields of a record only if there is none yet, since its id may have been given twice by a counter that went
--          back; or only if there is one, since what was removed meanwhile must not come back as half a record.
-- KEYS[1]  the hash
-- ARGV[1]  0: there must be none, 1: there must be one
-- ARGV[2…] its fields and values
-- Returns  1 when they were written, else 0
if redis.call('EXISTS', KEYS[1]) ~= tonumber(ARGV[1]) then
  return 0
end
redis.call('HSET', KEYS[1], unpack(ARGV, 2))
return 1

-- Purpose: writes a new record only if none exists, since a counter that went back may give an id twice; or changes a record
--          only if it exists, since a removed record must not come back in part.
-- KEYS[1]  the hash
-- ARGV[1]  0: it must not exist, 1: it must exist
-- ARGV[2…] fields and values
-- Returns  1 when they were written, else 0
if redis.call('EXISTS', KEYS[1]) ~= tonumber(ARGV[1]) then
  return 0
end
redis.call('HSET', KEYS[1], unpack(ARGV, 2))
return 1

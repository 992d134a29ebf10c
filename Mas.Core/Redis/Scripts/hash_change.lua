-- Purpose: sets fields of a record, if another field of it holds what it should: what it says may have changed since the caller looked.
-- KEYS[1]  the hash
-- ARGV[1]  the other field
-- ARGV[2]  what it should hold
-- ARGV[3…] the fields and values to set
-- Returns  1 when they were set, else 0
if redis.call('HGET', KEYS[1], ARGV[1]) ~= ARGV[2] then
  return 0
end
redis.call('HSET', KEYS[1], unpack(ARGV, 3))
return 1

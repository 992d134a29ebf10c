-- Purpose: sets fields of a hash if another of its fields has the expected value (compare and set).
-- KEYS[1]  the hash
-- ARGV[1]  the field to compare
-- ARGV[2]  its expected value
-- ARGV[3…] the fields and values to set
-- Returns  1 when they were set, else 0
if redis.call('HGET', KEYS[1], ARGV[1]) ~= ARGV[2] then
  return 0
end
redis.call('HSET', KEYS[1], unpack(ARGV, 3))
return 1

-- Purpose: removes an index entry, if it still points where the caller thinks.
-- KEYS[1]  the index (hash)
-- ARGV[1]  the field
-- ARGV[2]  the id that it should point at
-- Returns  1 when it was removed, else 0
if redis.call('HGET', KEYS[1], ARGV[1]) ~= ARGV[2] then
  return 0
end
return redis.call('HDEL', KEYS[1], ARGV[1])

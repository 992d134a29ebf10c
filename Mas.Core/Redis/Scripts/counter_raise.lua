-- Purpose: raises a counter to at least a number; it never goes back.
-- KEYS[1]  the counter
-- ARGV[1]  the number
-- Returns  nothing
if (tonumber(redis.call('GET', KEYS[1])) or 0) < tonumber(ARGV[1]) then
  redis.call('SET', KEYS[1], ARGV[1])
end

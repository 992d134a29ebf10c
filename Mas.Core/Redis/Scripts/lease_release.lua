-- Purpose: gives a lease up, if it is still the caller's, so that a standby need not wait for it to expire.
-- KEYS[1]  lease:<endpoint>
-- ARGV[1]  the holder
-- Returns  1 when it was the caller's, else 0
if redis.call('GET', KEYS[1]) ~= ARGV[1] then
  return 0
end
return redis.call('DEL', KEYS[1])

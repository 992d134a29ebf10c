-- Purpose: renews a lease if the caller holds it.
-- KEYS[1]  lease:<endpoint>
-- ARGV[1]  the holder
-- ARGV[2]  the lease's duration, ms
-- Returns  1 when the caller holds it, else 0
if redis.call('GET', KEYS[1]) ~= ARGV[1] then
  return 0
end
redis.call('PEXPIRE', KEYS[1], ARGV[2])
return 1

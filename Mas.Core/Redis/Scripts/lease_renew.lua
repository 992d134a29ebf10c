-- Purpose: prolongs a lease, if it is still the caller's.
-- KEYS[1]  lease:<endpoint>
-- ARGV[1]  the holder
-- ARGV[2]  how long the lease lasts, ms
-- Returns  1 when the caller holds it, else 0
if redis.call('GET', KEYS[1]) ~= ARGV[1] then
  return 0
end
redis.call('PEXPIRE', KEYS[1], ARGV[2])
return 1

-- Purpose: allocates numbers that clients remember. A replica that took over may have missed the last numbers, which clients
--          still show: so after a change of the master's replication id the counter skips ahead.
-- KEYS[1]  the counter; with ARGV[3], the hash that it is a field of
-- KEYS[2]  {<KEYS[1]>}:history, the replication id (master_replid) at the last allocation
-- ARGV[1]  how many
-- ARGV[2]  how far to skip: more numbers than are allocated while a replica lags behind
-- ARGV[3]  the field
-- Returns  the last of the numbers
local history = string.match(redis.call('INFO', 'replication'), 'master_replid:(%x+)')
local known = redis.call('GET', KEYS[2])
local leap = 0
if known ~= history then
  redis.call('SET', KEYS[2], history)
  leap = known and ARGV[2] or 0
end
if ARGV[3] then
  return redis.call('HINCRBY', KEYS[1], ARGV[3], ARGV[1] + leap)
end
return redis.call('INCRBY', KEYS[1], ARGV[1] + leap)

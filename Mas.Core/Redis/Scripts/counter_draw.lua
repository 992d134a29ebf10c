-- Purpose: draws numbers from a counter that clients remember. A replica that took over may not have heard of the last ones, and
--          what they were given to is still shown: the counter leaps over them first.
-- KEYS[1]  the counter; with ARGV[3], the hash that it is a field of
-- KEYS[2]  {<KEYS[1]>}:history, the history of writes (master_replid of INFO replication) in which it was drawn from last
-- ARGV[1]  how many
-- ARGV[2]  how far to leap when that has changed: more than is drawn in the time by which a replica lags behind
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

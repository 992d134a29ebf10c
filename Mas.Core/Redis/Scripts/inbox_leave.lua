-- Purpose: removes a lease holder that has nothing in flight, and its index entry if all its claims are finished. Once no
--          lease has claims, workers from before claim lists may consume again.
-- KEYS[1]  inbox:<endpoint>
-- KEYS[2]  {inbox:<endpoint>}:fence
-- KEYS[3]  {inbox:<endpoint>}:claims
-- KEYS[4]  {inbox:<endpoint>}:holders
-- KEYS[5]  {inbox:<endpoint>}:takers
-- KEYS[6…] the holder's claim lists that may be unfinished
-- ARGV[1]  the caller's lease epoch
-- ARGV[2]  how long the fence is kept, s
-- Returns  how many leases still have claims; or the error of fence.lua

-- @include fence

redis.call('HDEL', KEYS[4], ARGV[1])
local unfinished = 0
for i = 6, #KEYS do
  unfinished = unfinished + redis.call('EXISTS', KEYS[i])
end
if unfinished == 0 then
  redis.call('HDEL', KEYS[3], ARGV[1])
end
local leases = redis.call('HLEN', KEYS[3])
if leases == 0 and redis.call('TYPE', KEYS[5]).ok == 'string' then
  redis.call('DEL', KEYS[5])
end
return leases

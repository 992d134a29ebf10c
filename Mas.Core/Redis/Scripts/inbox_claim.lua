-- Purpose: claims a batch: moves the oldest entries of an inbox to a new claim list, in order. An inbox that holds no more
--          than a batch is renamed, so its entries don't pass through Lua.
-- KEYS[1]  inbox:<endpoint>
-- KEYS[2]  {inbox:<endpoint>}:fence
-- KEYS[3]  {inbox:<endpoint>}:claim:<epoch>:<n>
-- KEYS[4]  {inbox:<endpoint>}:claims
-- ARGV[1]  the caller's lease epoch
-- ARGV[2]  how long the fence is kept, s
-- ARGV[3]  the most entries to claim
-- ARGV[4]  the lease's range of claims that may be unfinished, as it was written last: <first>-<last>
-- ARGV[5]  the same range with this claim
-- Returns  { entries claimed, the entries, newest first, when they are few }; or { -1 } when KEYS[4] holds anything but
--          ARGV[4] of this lease; or the error of fence.lua; or the error CLAIMED when the list exists. Nothing is claimed
--          in the last three cases

-- @include fence

local claims = redis.call('HGETALL', KEYS[4])
if #claims ~= 2 or claims[1] ~= ARGV[1] or claims[2] ~= ARGV[4] then
  return { -1 }
end
local waiting, most = redis.call('LLEN', KEYS[1]), tonumber(ARGV[3])
if waiting == 0 then
  return { 0, {} }
end
local taken = redis.error_reply('CLAIMED ' .. KEYS[3] .. ' exists')
if waiting <= most then
  if redis.call('RENAMENX', KEYS[1], KEYS[3]) == 0 then
    return taken
  end
else
  if redis.call('EXISTS', KEYS[3]) == 1 then
    return taken
  end
  redis.call('LPUSH', KEYS[3], unpack(redis.call('RPOP', KEYS[1], most)))
  waiting = most
end
redis.call('HSET', KEYS[4], ARGV[1], ARGV[5])
return { waiting, waiting <= 20 and redis.call('LRANGE', KEYS[3], 0, -1) or {} }

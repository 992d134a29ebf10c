-- Purpose: moves up to a batch of the oldest entries of an inbox to an empty list of the worker's, keeping their order, unless
--          a later lease holder has taken from it: a consumer that was paused past its lease must take nothing. An inbox that
--          holds no more than a batch becomes that list, since entries cost most on their way through a script.
-- KEYS[1]  inbox:<endpoint>
-- KEYS[2]  {inbox:<endpoint>}:fence
-- KEYS[3]  {inbox:<endpoint>}:taken:<taker>
-- KEYS[4]  {inbox:<endpoint>}:takers
-- ARGV[1]  the caller's lease epoch
-- ARGV[2]  how long the fence is kept, s
-- ARGV[3]  the most entries to move
-- ARGV[4]  the taker's name
-- ARGV[5]  when this is, later than what the worker has taken before
-- Returns  how many were moved, and behind that, when they are few, the entries, newest first; or the error of fence.lua; or, when
--          the list is not empty, the error HELD, and nothing was moved

-- @include fence

local waiting, most = redis.call('LLEN', KEYS[1]), tonumber(ARGV[3])
if waiting == 0 then
  return { 0 }
end
if redis.call('EXISTS', KEYS[3]) == 1 then
  return redis.error_reply('HELD ' .. KEYS[3] .. ' has entries that are not finished')
end
redis.call('ZADD', KEYS[4], ARGV[5], ARGV[4])
if waiting <= most then
  redis.call('RENAME', KEYS[1], KEYS[3])
else
  redis.call('LPUSH', KEYS[3], unpack(redis.call('RPOP', KEYS[1], most)))
  waiting = most
end
local result = { waiting }
if waiting <= 20 then
  result = redis.call('LRANGE', KEYS[3], 0, -1)
  table.insert(result, 1, waiting)
end
return result

-- Purpose: moves up to a batch of the oldest entries of an inbox to the worker's taken list, keeping their order, unless
--          a later lease holder has taken from it: a consumer that was paused past its lease must take nothing.
-- KEYS[1]  inbox:<endpoint>
-- KEYS[2]  {inbox:<endpoint>}:fence
-- KEYS[3]  {inbox:<endpoint>}:taken:<worker>
-- ARGV[1]  the caller's lease epoch
-- ARGV[2]  how long the fence is kept, s
-- ARGV[3]  the most entries to move
-- Returns  the entries, oldest first; or the error of fence.lua
local entries = redis.call('RPOP', KEYS[1], ARGV[3])
if not entries then
  return {}
end
redis.call('LPUSH', KEYS[3], unpack(entries))
return entries

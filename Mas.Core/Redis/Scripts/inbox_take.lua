-- Purpose: moves up to a batch of the oldest entries of an inbox to the worker's taken list, keeping their order.
-- KEYS[1]  inbox:<endpoint>
-- KEYS[2]  {inbox:<endpoint>}:taken:<worker>
-- ARGV[1]  the most entries to move
-- Returns  the entries, oldest first
local entries = redis.call('RPOP', KEYS[1], ARGV[1])
if not entries then
  return {}
end
redis.call('LPUSH', KEYS[2], unpack(entries))
return entries

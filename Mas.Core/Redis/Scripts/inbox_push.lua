-- Purpose: puts entries into an inbox, unless it is closed to the sender: a sender that knows an old layout must not put
--          anything where nobody, or somebody else, looks for it.
-- KEYS[1]  inbox:<part>
-- KEYS[2]  {inbox:<part>}:layout
-- ARGV[1]  the version of the layout that the sender knows
-- ARGV[2…] the entries, oldest first
-- Returns  the inbox's length, or -1 when it is closed to this version
if (redis.call('GET', KEYS[2]) or '0') ~= ARGV[1] then
  return -1
end
return redis.call('LPUSH', KEYS[1], unpack(ARGV, 2))

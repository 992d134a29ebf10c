-- Purpose: pushes entries to an inbox, unless it is closed to the producer's layout: by an old layout, entries would reach
--          an inbox that nobody, or another worker, consumes.
-- KEYS[1]  inbox:<partition>
-- KEYS[2]  {inbox:<partition>}:layout
-- ARGV[1]  the version of the layout that the producer knows
-- ARGV[2…] the entries, oldest first
-- Returns  the inbox's length, or -1 when it is closed to this version
if (redis.call('GET', KEYS[2]) or '0') ~= ARGV[1] then
  return -1
end
return redis.call('LPUSH', KEYS[1], unpack(ARGV, 2))

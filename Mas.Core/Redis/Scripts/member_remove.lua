-- Purpose: removes a member of a sorted set, unless its score has grown since the caller read it.
-- KEYS[1]  the sorted set
-- ARGV[1]  the member
-- ARGV[2]  the highest score with which it is removed
-- Returns  1 when it was removed, else 0
local score = redis.call('ZSCORE', KEYS[1], ARGV[1])
if not score or tonumber(score) > tonumber(ARGV[2]) then
  return 0
end
return redis.call('ZREM', KEYS[1], ARGV[1])

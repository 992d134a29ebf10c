-- Purpose: opens an inbox for the next layout, with the arriving entries ahead of all others. May be repeated.
-- KEYS[1]  inbox:<partition>
-- KEYS[2]  {inbox:<partition>}:fence
-- KEYS[3]  {inbox:<partition>}:layout
-- KEYS[4]  {inbox:<partition>}:arriving
-- ARGV[1]  the caller's lease epoch
-- ARGV[2]  how long the fence is kept, s
-- ARGV[3]  the version of the next layout
-- Returns  1 when it was opened, 0 when it was open already; or the error of fence.lua

-- @include fence

if redis.call('GET', KEYS[3]) == ARGV[3] then
  return 0
end
redis.call('SET', KEYS[3], ARGV[3])
if redis.call('EXISTS', KEYS[4]) == 1 then
  -- Operators' scripts push without the check of inbox_push.lua.
  local waiting = redis.call('LRANGE', KEYS[1], 0, -1)
  redis.call('RENAME', KEYS[4], KEYS[1])
  for i = #waiting, 1, -1 do
    redis.call('LPUSH', KEYS[1], waiting[i])
  end
end
return 1

-- Purpose: closes an inbox to all senders, and puts all that it holds aside in its order: what workers had taken (marked
--          as redelivered), then what waits. Done once for each change.
-- KEYS[1]  inbox:<part>
-- KEYS[2]  {inbox:<part>}:fence
-- KEYS[3]  {inbox:<part>}:layout
-- KEYS[4]  {inbox:<part>}:leaving
-- KEYS[5…] the taken lists, the earliest holder's first
-- ARGV[1]  the caller's lease epoch
-- ARGV[2]  how long the fence is kept, s
-- ARGV[3]  what says that it is closed for this change
-- ARGV[4]  what says in an entry's JSON that it is redelivered
-- Returns  how many entries were put aside; or the error of fence.lua

-- @include fence

if redis.call('GET', KEYS[3]) ~= ARGV[3] then
  redis.call('SET', KEYS[3], ARGV[3])
  if redis.call('EXISTS', KEYS[1]) == 1 then
    redis.call('RENAME', KEYS[1], KEYS[4])
  end
  for i = #KEYS, 5, -1 do
    for _, entry in ipairs(redis.call('LRANGE', KEYS[i], 0, -1)) do
      if string.sub(entry, 1, 1) == '{' and string.sub(entry, 1, #ARGV[4]) ~= ARGV[4] then
        entry = ARGV[4] .. string.sub(entry, 2)
      end
      redis.call('RPUSH', KEYS[4], entry)
    end
    redis.call('DEL', KEYS[i])
  end
end
return redis.call('LLEN', KEYS[4])

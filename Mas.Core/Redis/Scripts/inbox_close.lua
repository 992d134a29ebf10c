-- Purpose: closes an inbox to all producers, and moves its contents to :leaving, in order: claimed entries (marked as
--          redelivered), then waiting ones. May be repeated.
-- KEYS[1]  inbox:<partition>
-- KEYS[2]  {inbox:<partition>}:fence
-- KEYS[3]  {inbox:<partition>}:layout
-- KEYS[4]  {inbox:<partition>}:leaving
-- KEYS[5]  {inbox:<partition>}:claims
-- KEYS[6]  {inbox:<partition>}:takers
-- KEYS[7…] the claim lists, oldest first
-- ARGV[1]  the caller's lease epoch
-- ARGV[2]  how long the fence is kept, s
-- ARGV[3]  the value of KEYS[3] while the inbox is closed for this change: the next version, negated
-- ARGV[4]  the text at the beginning of a redelivered entry's JSON
-- ARGV[5…] {inbox:<partition>}:claims as it was read: epoch, range, epoch, range …
-- Returns  how many entries are in :leaving; -1, and nothing is done, when the claims have changed; or the error of fence.lua

-- @include fence

if redis.call('GET', KEYS[3]) ~= ARGV[3] then
  if redis.call('HLEN', KEYS[5]) ~= (#ARGV - 4) / 2 then
    return -1
  end
  for i = 5, #ARGV, 2 do
    if redis.call('HGET', KEYS[5], ARGV[i]) ~= ARGV[i + 1] then
      return -1
    end
  end
  redis.call('SET', KEYS[3], ARGV[3])
  if redis.call('EXISTS', KEYS[1]) == 1 then
    redis.call('RENAME', KEYS[1], KEYS[4])
  end
  for i = #KEYS, 7, -1 do
    for _, entry in ipairs(redis.call('LRANGE', KEYS[i], 0, -1)) do
      if string.sub(entry, 1, 1) == '{' and string.sub(entry, 1, #ARGV[4]) ~= ARGV[4] then
        entry = ARGV[4] .. string.sub(entry, 2)
      end
      redis.call('RPUSH', KEYS[4], entry)
    end
    redis.call('DEL', KEYS[i])
  end
  redis.call('DEL', KEYS[5], KEYS[6])
end
return redis.call('LLEN', KEYS[4])

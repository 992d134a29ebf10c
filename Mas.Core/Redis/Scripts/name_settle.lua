-- Purpose: frees an email address or a nick of a user whose record does not have it, unless somebody has begun to change it since.
-- KEYS[1]  index:user
-- KEYS[2]  {index:user}:claims
-- ARGV[1]  the email address or nick, in lower case
-- ARGV[2]  the userId to which it leads as the caller thinks
-- ARGV[3]  the latest time at which a change of it may have begun that counts as broken off, unix s
-- Returns  1 when it was freed, else 0
local begun = redis.call('ZSCORE', KEYS[2], ARGV[1])
if not begun or tonumber(begun) > tonumber(ARGV[3]) then
  return 0
end
redis.call('ZREM', KEYS[2], ARGV[1])
if redis.call('HGET', KEYS[1], ARGV[1]) ~= ARGV[2] then
  return 0
end
return redis.call('HDEL', KEYS[1], ARGV[1])

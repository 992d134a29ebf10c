-- Purpose: frees an email address or nick that its user's record does not have, unless a later change of it has begun.
-- KEYS[1]  index:user
-- KEYS[2]  {index:user}:claims
-- ARGV[1]  the email address or nick, in lower case
-- ARGV[2]  the userId that it is expected to lead to
-- ARGV[3]  changes that began up to this time count as interrupted, unix s
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

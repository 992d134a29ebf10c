-- Purpose: runs one write command, unless a later lease holder has written the key: a consumer that was paused past
--          its lease must not undo what its successor did.
-- KEYS[1]  the key that is fenced
-- KEYS[2]  {<key>}:fence
-- KEYS[3]  a companion that the command writes, none for the key itself
-- ARGV[1]  the caller's lease epoch
-- ARGV[2]  how long the fence is kept, s
-- ARGV[3]  the command; what it writes follows it
-- ARGV[4…] its other arguments
-- Returns  what the command returns, or the error of fence.lua

-- @include fence

return redis.call(ARGV[3], KEYS[3] or KEYS[1], unpack(ARGV, 4))

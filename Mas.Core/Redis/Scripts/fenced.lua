-- Purpose: runs one command with a fencing token: a worker that was paused past its lease must not overwrite what its
--          successor wrote.
-- KEYS[1]  the fenced key
-- KEYS[2]  {<key>}:fence
-- KEYS[3]  the key that the command writes, if it is another key of the same slot
-- ARGV[1]  the caller's lease epoch
-- ARGV[2]  how long the fence is kept, s
-- ARGV[3]  the command, whose first argument is its key
-- ARGV[4…] its other arguments
-- Returns  what the command returns; or the error of fence.lua

-- @include fence

return redis.call(ARGV[3], KEYS[3] or KEYS[1], unpack(ARGV, 4))

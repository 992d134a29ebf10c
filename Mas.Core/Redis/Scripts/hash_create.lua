-- Purpose: writes a record, unless there is one already: its id may have been given twice by a counter that went back.
-- KEYS[1]  the hash
-- ARGV     its fields and values
-- Returns  1 when it was written, else 0
if redis.call('EXISTS', KEYS[1]) == 1 then
  return 0
end
redis.call('HSET', KEYS[1], unpack(ARGV))
return 1

-- Purpose: pops the oldest entries of a few lists at once. Only for a single Redis: the lists are in different slots.
-- KEYS     the lists
-- ARGV[1]  the most entries of each
-- Returns  for each list its entries, oldest first; nil when it is empty; or the text of WRONGTYPE, so that a key of another
--          type does not affect the others (StackExchange.Redis closes a connection on an error within an array); or any
--          other error, which concerns all lists
local result = {}
for i, list in ipairs(KEYS) do
  local popped = redis.pcall('RPOP', list, ARGV[1])
  if popped and popped.err and not string.find(popped.err, '^WRONGTYPE') then
    return redis.error_reply(popped.err)
  end
  result[i] = popped and popped.err or popped
end
return result

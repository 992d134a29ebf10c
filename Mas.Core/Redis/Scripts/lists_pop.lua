-- Purpose: pops the oldest entries of a few lists at once. Only for a single Redis: the lists are in different slots.
-- KEYS     the lists
-- ARGV[1]  the most entries of each
-- Returns  for each list its entries, oldest first, or nothing when it is empty, or the text of its error: one that is no list hinders no
--          other. (The client library ends a connection on which an error comes within an array.)
local result = {}
for i, list in ipairs(KEYS) do
  local popped = redis.pcall('RPOP', list, ARGV[1])
  result[i] = popped and popped.err or popped
end
return result

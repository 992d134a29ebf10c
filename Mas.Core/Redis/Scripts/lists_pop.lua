-- Purpose: pops the oldest entries of a few lists at once. Only for one Redis: the lists are of different slots.
-- KEYS     the lists
-- ARGV[1]  the most entries of each
-- Returns  for each list its entries, oldest first, or nothing when it is empty, or its error: one that is no list hinders no other
local result = {}
for i, list in ipairs(KEYS) do
  result[i] = redis.pcall('RPOP', list, ARGV[1])
end
return result

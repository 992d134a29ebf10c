-- Purpose: lists the keys that take most memory, and how much each family of keys takes.
-- Usage:   biggest [COUNT]
-- KEYS     none: every key is looked at
-- ARGV[1]  cursor
-- ARGV[2]  how many keys to return in each step; 20 when missing
-- Returns  rows: family, key, type, bytes; and for each family a row with an empty key: the number of its keys in this step,
--          and their bytes
-- Steps    ARGV[1] is 0 at first; a last row MORE <cursor> means: run it again with that cursor
-- Sums     by family, key, type
-- Sort     bytes
-- Writes   no
local STEP = 500
local most = tonumber(ARGV[2]) or 20
local rows = { { 'family', 'key', 'type', 'keys', 'bytes' } }
local page = redis.call('SCAN', ARGV[1] or '0', 'COUNT', STEP)
local sizes, families = {}, {}
for _, key in ipairs(page[2]) do
  local family = string.match(key, '^{.*}:(%a+)') or string.match(key, '^index:%a+') or string.match(key, '^[^:]*')
  local bytes = redis.call('MEMORY', 'USAGE', key) or 0
  sizes[#sizes + 1] = { family, key, bytes }
  local sum = families[family] or { 0, 0 }
  families[family] = { sum[1] + 1, sum[2] + bytes }
end
table.sort(sizes, function(one, other) return one[3] > other[3] end)
for i = 1, math.min(most, #sizes) do
  local size = sizes[i]
  rows[#rows + 1] = { size[1], size[2], redis.call('TYPE', size[2]).ok, '1', string.format('%d', size[3]) }
end
for family, sum in pairs(families) do
  rows[#rows + 1] = { family, '', '', tostring(sum[1]), string.format('%d', sum[2]) }
end
if page[1] ~= '0' then
  rows[#rows + 1] = { 'MORE', page[1] }
end
return rows

-- Purpose: requests another number of partitions, unless the layout has changed since it was read or is changing.
-- KEYS[1]  inboxlayout:<endpoint>
-- ARGV[1]  the version that was read
-- ARGV[2]  the layout with the requested number
-- Returns  1 when it was written, else 0
local layout = cjson.decode(redis.call('GET', KEYS[1]) or '{}')
if layout.next or (layout.version or 0) ~= tonumber(ARGV[1]) then
  return 0
end
redis.call('SET', KEYS[1], ARGV[2])
return 1

-- Purpose: counts the users' IRC connections by network and state.
-- Usage:   irc-states
-- KEYS     none: every networks:<userId>:<network> is read
-- ARGV[1]  cursor
-- Returns  rows: network, state, connections (in this step)
-- Steps    ARGV[1] is 0 at first; a last row MORE <cursor> means: run it again with that cursor
-- Sums     by network, state
-- Writes   no
local STEP = 500
local counts = {}
local page = redis.call('SCAN', ARGV[1] or '0', 'MATCH', 'networks:*', 'COUNT', STEP)
for _, key in ipairs(page[2]) do
  local network = string.match(key, '^networks:%d+:(.*)$')
  local state = network and redis.call('HGET', key, 'state')
  if state then
    local name = network .. '\n' .. state
    counts[name] = (counts[name] or 0) + 1
  end
end
local rows = { { 'network', 'state', 'connections' } }
for name, count in pairs(counts) do
  local network, state = string.match(name, '^(.*)\n(.*)$')
  rows[#rows + 1] = { network, state, tostring(count) }
end
if page[1] ~= '0' then
  rows[#rows + 1] = { 'MORE', page[1] }
end
return rows

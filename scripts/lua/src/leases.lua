-- Purpose: lists which worker consumes which inbox, and how long its lease still lasts.
-- Usage:   leases
-- KEYS     none: the names are the schema's
-- ARGV     none
-- Returns  rows: endpoint, holder, left (ms), epoch (the newest of any lease)
-- Writes   no
local rows = { { 'endpoint', 'holder', 'ms left', 'newest epoch' } }
local epoch = redis.call('GET', 'nextGlobalLeaseEpoch') or '0'
for _, base in ipairs({ 'loopbackparser', 'ircparser', 'connectionmanager' }) do
  local layout = cjson.decode(redis.call('GET', 'inboxlayout:' .. base) or '{"parts":1}')
  for part = 0, math.max(layout.parts, layout.next or 0) - 1 do
    local endpoint = part == 0 and base or base .. ':' .. part
    local holder = redis.call('GET', 'lease:' .. endpoint)
    rows[#rows + 1] = { endpoint, holder or 'nobody', holder and tostring(redis.call('PTTL', 'lease:' .. endpoint)) or '', epoch }
  end
end
return rows

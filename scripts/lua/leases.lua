-- Purpose: which worker consumes which inbox, and for how long its lease still lasts.
-- Usage:   leases
-- KEYS     none: the names are the schema's
-- ARGV     none
-- Returns  rows: endpoint, holder, left (ms), epoch of the newest lease of any
-- Writes   no
local rows = { { 'endpoint', 'holder', 'ms left', 'newest epoch' } }
local epoch = redis.call('GET', 'nextGlobalLeaseEpoch') or '0'
for _, base in ipairs({ 'loopbackparser', 'ircparser', 'connectionmanager' }) do
  for part = 0, 63 do
    local endpoint = part == 0 and base or base .. ':' .. part
    local holder = redis.call('GET', 'lease:' .. endpoint)
    if part > 0 and not holder then
      break
    end
    rows[#rows + 1] = { endpoint, holder or 'nobody', holder and tostring(redis.call('PTTL', 'lease:' .. endpoint)) or '', epoch }
  end
end
return rows

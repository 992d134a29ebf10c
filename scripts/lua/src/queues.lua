-- Purpose: counts the entries that wait in inboxes, that workers have claimed, and that are dead letters.
-- Usage:   queues
-- KEYS     none: the names are the schema's
-- ARGV     none
-- Returns  rows: key, entries, what it is, holder
-- Writes   no
local rows = { { 'key', 'entries', 'what', 'holder' } }
local function add(key, what, holder)
  rows[#rows + 1] = { key, tostring(redis.call('LLEN', key)), what, holder or '' }
end
for _, base in ipairs({ 'loopbackparser', 'ircparser', 'connectionmanager' }) do
  -- Partitions: the plain name, inbox:<endpoint>:1 and so on.
  local layout = cjson.decode(redis.call('GET', 'inboxlayout:' .. base) or '{"parts":1}')
  for part = 0, math.max(layout.parts, layout.next or 0) - 1 do
    local endpoint = part == 0 and base or base .. ':' .. part
    local slot = '{inbox:' .. endpoint .. '}'
    add('inbox:' .. endpoint, 'waiting', redis.call('GET', 'lease:' .. endpoint) or 'nobody')
    local claims = redis.call('HGETALL', slot .. ':claims')
    for i = 1, #claims, 2 do
      local first, last = string.match(claims[i + 1], '^(%d+)%-(%d+)$')
      for n = first or 1, last or 0 do
        local claim = slot .. ':claim:' .. claims[i] .. ':' .. n
        if redis.call('EXISTS', claim) == 1 then
          add(claim, 'claimed', redis.call('HGET', slot .. ':holders', claims[i]) or '')
        end
      end
    end
  end
  -- One list for all partitions.
  add('inbox:' .. base .. ':dead', 'dead letters')
end
return rows

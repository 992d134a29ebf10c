-- Tells a session something, as the workers do: push, wake its server, and remove what was pushed when the session has ended.
local function tell(user, session, entry)
  local name = user .. ':' .. session
  redis.call('LPUSH', 'outbox:' .. name, entry)
  local heard = redis.call('PUBLISH', 'wake:' .. string.match(session, '^[^-]*'), name)
  if heard == 0 and not redis.call('ZSCORE', 'sessionlastheartbeat', name) then
    redis.call('DEL', 'outbox:' .. name)
  end
end

-- Notifies a session as workers do: push, wake its server, and undo the push if the session has ended.
local function tell(user, session, entry)
  local name = user .. ':' .. session
  redis.call('LPUSH', 'outbox:' .. name, entry)
  local heard = redis.call('PUBLISH', 'wake:' .. string.match(session, '^[^-]*'), name)
  if heard == 0 and not redis.call('ZSCORE', 'sessionlastheartbeat', name) then
    redis.call('DEL', 'outbox:' .. name)
  end
end

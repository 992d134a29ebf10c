-- Sends a request to the loopback worker, as the server does. The worker notifies the users concerned.
local function ask(message)
  local now = redis.call('TIME')
  message.origin = { rid = 'ctl-' .. now[1] .. '-' .. now[2], userId = message.userId or 'iSERVER' }
  message.userId = nil
  redis.call('LPUSH', 'inbox:loopbackparser', cjson.encode(message))
end

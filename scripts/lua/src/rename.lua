-- Purpose: changes a user's nick or email, and the index. Whoever knows the user sees the new nick.
-- Usage:   rename WHO nick|email NEW
-- KEYS     none: the names are worked out from ARGV
-- ARGV[1]  the user: id, nick or email
-- ARGV[2]  nick or email
-- ARGV[3]  the new one
-- Returns  rows: id, field, old, new, sessions told
-- Writes   yes: {index:user}:claims, index:user, user:<userId>, outboxes (ADD_USERS)

-- @include find
-- @include tell

local id = find(ARGV[1])
if not id then
  return redis.error_reply('NOT_FOUND there is no user ' .. ARGV[1])
end
local field, new = ARGV[2], ARGV[3] or ''
if field == 'nick' then
  if #new < 1 or #new > 25 or not string.find(new, '^[%w_%[%]{}\\|^`][%w_%[%]{}\\|^`-]*$') or string.find(new, '^%d+$') then
    return redis.error_reply('PARAMETER_INVALID a nick has 1 to 25 letters, digits and _-[]{}\\|^`, and is no number')
  end
elseif field == 'email' then
  if #new < 3 or #new > 254 or not string.find(new, '^[^%s%c@]+@[^%s%c@]+$') then
    return redis.error_reply('PARAMETER_INVALID this is no email address')
  end
else
  return redis.error_reply('PARAMETER_INVALID nick or email?')
end
local user = redis.call('HMGET', 'user:' .. id, 'inuse', field, 'passwd')
if user[1] ~= '1' and (user[3] or '') == '' then
  return redis.error_reply('NO_PERMISSION the account is closed')
end
local old = user[2] or ''
-- The server's order: note the names, so that a server frees them if this is interrupted; claim the new one; write the
-- record; release the old one.
redis.call('ZADD', '{index:user}:claims', redis.call('TIME')[1], string.lower(new), redis.call('TIME')[1], string.lower(old))
if redis.call('HSETNX', 'index:user', string.lower(new), id) == 0 and redis.call('HGET', 'index:user', string.lower(new)) ~= id then
  return redis.error_reply('ERROR_EXISTS this ' .. field .. ' is taken')
end
redis.call('HSET', 'user:' .. id, field, new)
if string.lower(old) ~= string.lower(new) and redis.call('HGET', 'index:user', string.lower(old)) == id then
  redis.call('HDEL', 'index:user', string.lower(old))
end

local told = 0
if field == 'nick' then
  local nicks = { MAS = new }
  for _, network in ipairs(redis.call('SMEMBERS', 'networklist')) do
    local nick = network ~= 'MAS' and redis.call('HGET', 'networks:' .. id .. ':' .. network, 'currentnick')
    if nick and nick ~= '' then
      nicks[network] = nick
    end
  end
  local card = { name = redis.call('HGET', 'user:' .. id, 'name') or '', nick = nicks }
  local entry = '{"type":"ADD_USERS","mapping":' .. cjson.encode({ [id] = card }) .. '}'
  local sessions = {}
  local friends = redis.call('SMEMBERS', 'friends:' .. id)
  friends[#friends + 1] = id
  for _, friend in ipairs(friends) do
    for _, session in ipairs(redis.call('ZRANGE', 'sessionlist:' .. friend, 0, -1)) do
      sessions[friend .. ':' .. session] = true
    end
  end
  for _, windowId in ipairs(redis.call('SMEMBERS', 'windowlist:' .. id)) do
    local conversation = redis.call('HGET', 'window:' .. id .. ':' .. windowId, 'conversationId') or ''
    for _, name in ipairs(redis.call('HKEYS', 'conversationsessions:' .. conversation)) do
      sessions[name] = true
    end
  end
  local names = {}
  for name in pairs(sessions) do
    names[#names + 1] = name
  end
  table.sort(names)
  for _, name in ipairs(names) do
    local other, session = string.match(name, '^([^:]*):(.*)$')
    tell(other, session, entry)
    told = told + 1
  end
end
return { { 'id', 'field', 'old', 'new', 'sessions told' }, { id, field, old, new, tostring(told) } }

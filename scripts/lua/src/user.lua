-- Purpose: shows everything about one user except secrets.
-- Usage:   user WHO
-- KEYS     none: the names are worked out from ARGV
-- ARGV[1]  the user: id, nick or email
-- Returns  rows: field, value
-- Writes   no

-- @include find

local id = find(ARGV[1])
if not id then
  return redis.error_reply('NOT_FOUND there is no user ' .. ARGV[1])
end
local rows = { { 'field', 'value' }, { 'userId', id } }
local secret = { passwd = true, salt = true, secret = true }
local record = redis.call('HGETALL', 'user:' .. id)
for i = 1, #record, 2 do
  if not secret[record[i]] then
    rows[#rows + 1] = { record[i], record[i + 1] }
  end
end
local function count(name, command, key)
  rows[#rows + 1] = { name, tostring(redis.call(command, key .. id)) }
end
count('sessions', 'ZCARD', 'sessionlist:')
count('logins', 'ZCARD', 'logins:')
count('windows', 'SCARD', 'windowlist:')
count('friends', 'SCARD', 'friends:')
count('friend requests', 'SCARD', 'friendrequests:')
count('open alerts', 'HLEN', 'alerts:')
rows[#rows + 1] = { 'permissions', table.concat(redis.call('SMEMBERS', 'userpermissions:' .. id), ' ') }
return rows

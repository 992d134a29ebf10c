-- Purpose: gives a user a permission or takes it away; admin opens the page /admin.
-- Usage:   permit WHO PERMISSION yes|no
-- KEYS     none: the names are worked out from ARGV
-- ARGV[1]  the user: id, nick or email
-- ARGV[2]  the permission: admin
-- ARGV[3]  yes or no
-- Returns  rows: id, permissions
-- Writes   yes: userpermissions:<userId>

-- @include find

local id = find(ARGV[1])
if not id then
  return redis.error_reply('NOT_FOUND there is no user ' .. ARGV[1])
end
if ARGV[2] ~= 'admin' then
  return redis.error_reply('PARAMETER_INVALID there is one permission: admin')
end
if ARGV[3] ~= 'yes' and ARGV[3] ~= 'no' then
  return redis.error_reply('PARAMETER_INVALID yes or no?')
end
redis.call(ARGV[3] == 'yes' and 'SADD' or 'SREM', 'userpermissions:' .. id, ARGV[2])
return { { 'id', 'permissions' }, { id, table.concat(redis.call('SMEMBERS', 'userpermissions:' .. id), ' ') } }

-- Purpose: creates a MAS group for a user, who owns it and sees it at once. The worker does it.
-- Usage:   group-create NAME OWNER [PASSWORD]
-- KEYS     none: the names are worked out from ARGV
-- ARGV[1]  the group's name
-- ARGV[2]  the owner: id, nick or email
-- ARGV[3]  the group's password; none when missing
-- Returns  rows: asked, group, owner
-- Writes   yes: inbox:loopbackparser (CREATE)

-- @include find
-- @include ask

local name = ARGV[1]
local owner = find(ARGV[2] or '')
if not owner or redis.call('HGET', 'user:' .. owner, 'inuse') ~= '1' then
  return redis.error_reply('NOT_FOUND there is no user ' .. (ARGV[2] or ''))
end
if #name < 1 or #name > 50 or string.find(name, '[%s,%c]') then
  return redis.error_reply('PARAMETER_INVALID a name has 1 to 50 characters, no spaces, commas or control characters')
end
if redis.call('HEXISTS', 'index:conversation', 'group:MAS:' .. string.lower(name)) == 1 then
  return redis.error_reply('ERROR_EXISTS there is a group of this name')
end
ask({ type = 'CREATE', name = name, password = ARGV[3] or '', userId = owner })
return { { 'asked', 'group', 'owner' }, { 'loopbackparser', name, owner } }

-- A user's id, by id, nick or email; false when there is no such user.
local function find(who)
  local id = string.find(who, '^%d+$') and who or redis.call('HGET', 'index:user', string.lower(who))
  return id and redis.call('EXISTS', 'user:' .. id) == 1 and id
end

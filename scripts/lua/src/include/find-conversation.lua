-- A MAS conversation's id, by the id or a group's name; false when there is none.
local function findConversation(name)
  local id = string.find(name, '^%d+$') and name or redis.call('HGET', 'index:conversation', 'group:MAS:' .. string.lower(name))
  return id and redis.call('HGET', 'conversation:' .. id, 'network') == 'MAS' and id
end

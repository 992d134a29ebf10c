-- A MAS group's conversation id, by the group's name or the id; false when there is none.
local function findGroup(name)
  local id = redis.call('HGET', 'index:conversation', 'group:MAS:' .. string.lower(name))
  if not id and string.find(name, '^%d+$') then
    local record = redis.call('HMGET', 'conversation:' .. name, 'type', 'network')
    id = record[1] == 'group' and record[2] == 'MAS' and name
  end
  return id
end

-- A member may post in a MAS conversation unless detached (role d): the member has closed the window.

-- The members of a conversation. With 'everyone' they are read at once, else one by one as they are asked for.
local function membersOf(key, everyone)
  local roles = {}
  if everyone then
    local fields = redis.call('HGETALL', key)
    for i = 1, #fields, 2 do
      roles[fields[i]] = fields[i + 1]
    end
  end

  local function isAttached(user)
    if roles[user] == nil and not everyone then
      roles[user] = redis.call('HGET', key, user)
    end
    return (roles[user] or 'd') ~= 'd'
  end

  local function isAnyDetached()
    for _, role in pairs(roles) do
      if role == 'd' then
        return true
      end
    end
    return false
  end

  return isAttached, isAnyDetached
end

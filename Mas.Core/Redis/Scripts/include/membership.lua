-- A member may post in a MAS conversation unless detached (role d): the member has closed the window.

local function isAttached(members, user)
  local role = redis.call('HGET', members, user)
  return role ~= false and role ~= 'd'
end

local function isAnyDetached(members)
  for _, role in ipairs(redis.call('HVALS', members)) do
    if role == 'd' then
      return true
    end
  end
  return false
end

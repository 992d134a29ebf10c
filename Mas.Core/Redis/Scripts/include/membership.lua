-- Who may post in a conversation of MAS's own: a member who has not closed the window (role d, detached).

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

-- Whether a user id is that of somebody on IRC.
local function isIrc(id)
  return string.sub(id, 1, 1) == 'i'
end

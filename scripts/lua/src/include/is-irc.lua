local function isIrc(id)
  return string.sub(id, 1, 1) == 'i'
end

-- Purpose: reads lines that export wrote. Existing keys stay as they are, so an interrupted import may be run again.
-- Usage:   import FILE
-- KEYS     none: the lines name them
-- ARGV     lines, a few hundred at a time (masctl reads the file)
-- Returns  rows: key, result (imported; merged; kept: it existed; or an error)
-- Asks     adds what the file holds
-- Writes   yes: the keys that the lines name
local call = redis.call
local rows = { { 'key', 'result' } }

-- unpack is limited by Lua's stack.
local CHUNK = 1000

local function inChunks(command, key, values)
  for from = 1, #values, CHUNK do
    call(command, key, unpack(values, from, math.min(from + CHUNK - 1, #values)))
  end
end

local function flat(fields)
  local values = {}
  for field, value in pairs(fields) do
    values[#values + 1] = field
    values[#values + 1] = value
  end
  return values
end

local WRITE = {
  string = function(key, value) call('SET', key, value) end,
  list = function(key, value) inChunks('RPUSH', key, value) end,
  set = function(key, value) inChunks('SADD', key, value) end,
  hash = function(key, value) inChunks('HSET', key, flat(value)) end,
  zset = function(key, value)
    local values = {}
    for _, pair in ipairs(value) do
      values[#values + 1] = pair[2]
      values[#values + 1] = pair[1]
    end
    inChunks('ZADD', key, values)
  end,
  stream = function(key, value)
    for _, entry in ipairs(value) do
      call('XADD', key, entry[1], unpack(entry[2]))
    end
  end,
}

local function isStub(key)
  return string.find(key, '^user:') and call('HGET', key, 'inuse') == '0' and call('HGET', key, 'passwd') == ''
end

local function import(line)
  local key, value = line.key, line.value
  if line.type == 'counter' then
    if tonumber(call('GET', key) or '0') < tonumber(value) then
      call('SET', key, value)
    end
    return 'merged'
  end
  if string.find(key, '^index:') or key == 'networklist' or key == 'ircconnections' then
    local result = 'merged'
    if line.type == 'set' then
      inChunks('SADD', key, value)
    else
      for field, id in pairs(value) do
        if call('HSETNX', key, field, id) == 0 and call('HGET', key, field) ~= id then
          result = 'conflict: ' .. field .. ' leads elsewhere already'
        end
      end
    end
    return result
  end
  local write = WRITE[line.type]
  if not write or type(value) == 'nil' then
    return 'refused: unknown type'
  end
  if call('EXISTS', key) == 1 then
    -- A complete account replaces a stub of export.lua.
    if line.stub then
      return 'merged'
    end
    if not isStub(key) or next(value) == nil then
      return 'kept'
    end
    call('DEL', key)
  end
  if type(value) == 'table' and next(value) == nil then
    return 'imported'
  end
  write(key, value)
  if line.ttl then
    call('EXPIRE', key, line.ttl)
  end
  return 'imported'
end

for i, text in ipairs(ARGV) do
  local ok, line = pcall(cjson.decode, text)
  if ok and type(line) == 'table' and type(line.key) == 'string' then
    rows[#rows + 1] = { line.key, import(line) }
  else
    rows[#rows + 1] = { 'line ' .. i, 'refused: no line of an export' }
  end
end
return rows

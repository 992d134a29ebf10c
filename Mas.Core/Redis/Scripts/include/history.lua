-- Shared by scripts that search a history or add to it. An idempotency record maps an author's rid to a gid, and is written
-- and removed together with its message. Messages of earlier versions have no records.

local PAGE = 100

-- nil for an entry that is no message.
local function gidOf(message)
  return tonumber(string.match(message, '^{"gid":(%d+)[,}]'))
end

-- The name of the message's record: <userId>:<rid>, the rid as the JSON spells it. nil without a rid.
local function recordOf(message)
  local author, rid = string.match(message, '"userId":"([^"]*)"'), string.match(message, '"rid":"(.*)"}$')
  return author and rid and author .. ':' .. rid
end

local function newestWhere(messages, isIt)
  local from, page = 0, nil
  repeat
    page = redis.call('LRANGE', messages, from, from + PAGE - 1)
    for _, message in ipairs(page) do
      if isIt(message) then
        return message
      end
    end
    from = from + PAGE
  until #page < PAGE
end

-- A record's message. The whole list is searched only when it has messages without records, or when the record's message
-- was removed by hand.
local function findPosted(messages, rids, record)
  local gid = tonumber(redis.call('HGET', rids, record))
  if not gid and redis.call('HLEN', rids) >= redis.call('LLEN', messages) then
    return nil
  end
  return gid and newestWhere(messages, function(message) return gidOf(message) == gid end)
    or newestWhere(messages, function(message) return recordOf(message) == record end)
end

-- unpack is limited by Lua's stack.
local CHUNK = 1000

local function inChunks(command, key, values)
  local result
  for from = 1, #values, CHUNK do
    result = redis.call(command, key, unpack(values, from, math.min(from + CHUNK - 1, #values)))
  end
  return result
end

-- Also removes their records.
local function dropOldest(messages, rids, count)
  local records = {}
  for _, message in ipairs(redis.call('RPOP', messages, count) or {}) do
    records[#records + 1] = recordOf(message)
  end
  inChunks('HDEL', rids, records)
end

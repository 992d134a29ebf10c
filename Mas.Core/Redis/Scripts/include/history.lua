-- What scripts share that search a history or add to it. A record says that an author's rid was posted; it is
-- written and removed together with its message. Messages that were written before there were records have none.

local PAGE = 100

-- The message's gid; nothing for an entry that is no message.
local function gidOf(message)
  return tonumber(string.match(message, '^{"gid":(%d+)[,}]'))
end

-- The name of the message's record, <userId>:<rid> with the rid as the JSON spells it; nothing without a rid.
local function recordOf(message)
  local author, rid = string.match(message, '"userId":"([^"]*)"'), string.match(message, '"rid":"(.*)"}$')
  return author and rid and author .. ':' .. rid
end

-- The newest message for which a function is true.
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

-- The message that a record is of. The whole list is searched only when it holds messages without a record, or when the
-- record's message was removed by hand.
local function findPosted(messages, rids, record)
  local gid = tonumber(redis.call('HGET', rids, record))
  if not gid and redis.call('HLEN', rids) >= redis.call('LLEN', messages) then
    return nil
  end
  return gid and newestWhere(messages, function(message) return gidOf(message) == gid end)
    or newestWhere(messages, function(message) return recordOf(message) == record end)
end

-- So many arguments at once are safe for unpack.
local CHUNK = 1000

local function inChunks(command, key, values)
  local result
  for from = 1, #values, CHUNK do
    result = redis.call(command, key, unpack(values, from, math.min(from + CHUNK - 1, #values)))
  end
  return result
end

-- Removes so many of the oldest messages, with their records.
local function dropOldest(messages, rids, count)
  local records = {}
  for _, message in ipairs(redis.call('RPOP', messages, count) or {}) do
    records[#records + 1] = recordOf(message)
  end
  inChunks('HDEL', rids, records)
end

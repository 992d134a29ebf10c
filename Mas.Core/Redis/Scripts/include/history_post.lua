-- Adds messages to a history. Needs history.lua.
-- KEYS[1]  conversationmsgs:<conversationId>
-- KEYS[3]  {conversationmsgs:<conversationId>}:rids
-- ARGV[3]  the most messages that the history keeps
-- Messages are given as pairs: what to do (empty: add; once: add unless it was posted; find: only look it up; skip: nothing),
-- and the message's JSON without its beginning '{"gid":<gid>,'.
local messages, rids = KEYS[1], KEYS[3]

-- Decides what to do with each pair from ARGV[from] on. 'added' lists the messages to add. 'results' has for each pair the
-- JSON of the message that was posted before, '' for none, or an index of 'added'. 'repeats' has that index for a pair that
-- repeats an earlier one.
local function plan(from, mayPost)
  local places, batch = {}, { results = {}, repeats = {}, added = {}, records = {} }
  for i = from, #ARGV, 2 do
    local what, message, n = ARGV[i], ARGV[i + 1], (i - from) / 2 + 1
    local record = recordOf(message)
    local looks = what == 'once' or what == 'find'
    local found = looks and (places[record] or findPosted(messages, rids, record))
    if found then
      batch.results[n], batch.repeats[n] = found, looks and places[record]
    elseif what == 'find' or what == 'skip' or not mayPost(message) then
      batch.results[n] = ''
    else
      local place = #batch.added + 1
      batch.added[place], batch.records[place], batch.results[n], places[record] = message, record, place, place
    end
  end
  return batch
end

-- Adds the planned messages, with consecutive gids, oldest first.
-- Returns for each pair the gid of the added message, the JSON of the one posted before, or ''. When the newest message's gid
-- is not below the first (the counter went back), adds nothing and returns the error BEHIND <that gid>.
local function post(batch, first)
  local newest = #batch.added > 0 and gidOf(redis.call('LINDEX', messages, 0) or '')
  if newest and newest >= first then
    return redis.error_reply(string.format('BEHIND %.0f', newest))
  end
  local records = {}
  for place, message in ipairs(batch.added) do
    local gid = string.format('%.0f', first + place - 1)
    batch.added[place] = '{"gid":' .. gid .. ',' .. message
    records[2 * place - 1], records[2 * place] = batch.records[place], gid
  end
  if #batch.added > 0 then
    local length = inChunks('LPUSH', messages, batch.added)
    inChunks('HSET', rids, records)
    if length > tonumber(ARGV[3]) then
      dropOldest(messages, rids, length - ARGV[3])
    end
  end
  for n, result in ipairs(batch.results) do
    if batch.repeats[n] then
      batch.results[n] = batch.added[batch.repeats[n]]
    elseif type(result) == 'number' then
      batch.results[n] = first + result - 1
    end
  end
  return batch.results
end

-- Purpose: writes a user, a conversation or everything as JSON lines, for import. Sessions, leases and queued entries are left
--          out; stop the workers first if nothing may be missing.
-- Usage:   export everything | export user WHO | export conversation CONVERSATION
-- KEYS     none: the names are worked out from ARGV
-- ARGV[1]  cursor
-- ARGV[2]  everything; user: with all windows and their conversations, other users by name only; conversation: with the
--          accounts of its members
-- ARGV[3]  the user (id, nick or email), or the conversation's id
-- Returns  rows of one column: {"key", "type", "value", "ttl"?, "stub"?}
-- Steps    ARGV[1] is 0 at first; a last row MORE <cursor> means: run it again with that cursor
-- Writes   no
local STEP = 100
local cursor, what, who = ARGV[1] or '0', ARGV[2], ARGV[3] or ''
local call = redis.call
local now = call('TIME')[1]
local rows = { { 'line' } }

local function write(line)
  rows[#rows + 1] = { cjson.encode(line) }
end

local function pairsOf(flat)
  local value = {}
  for i = 1, #flat, 2 do
    value[flat[i]] = flat[i + 1]
  end
  return value
end

local READ = {
  string = function(key) return call('GET', key) end,
  list = function(key) return call('LRANGE', key, 0, -1) end,
  hash = function(key) return pairsOf(call('HGETALL', key)) end,
  set = function(key)
    local members = call('SMEMBERS', key)
    table.sort(members)
    return members
  end,
  zset = function(key)
    local flat, value = call('ZRANGE', key, 0, -1, 'WITHSCORES'), {}
    for i = 1, #flat, 2 do
      value[#value + 1] = { flat[i], flat[i + 1] }
    end
    return value
  end,
  stream = function(key) return call('XRANGE', key, '-', '+') end,
}

-- After an import nobody has a session or an IRC connection.
local function offline(record)
  if record.lastlogout == '0' then
    record.lastlogout = now
  end
  if record.state then
    record.state = 'disconnected'
  end
  return record
end

local function writeKey(key, change)
  local kind = call('TYPE', key).ok
  local read = READ[kind]
  if not read then
    return
  end
  local line = { key = key, type = kind, value = read(key) }
  local ttl = call('TTL', key)
  if ttl > 0 then
    line.ttl = ttl
  end
  if change then
    line.value = change(line.value)
  end
  write(line)
end

local function writeCounters()
  for _, counter in ipairs({ 'nextGlobalUserId', 'nextGlobalNoteId', 'nextGlobalMsgId', 'nextGlobalConversationId', 'nextGlobalLeaseEpoch' }) do
    local value = call('GET', counter)
    if value then
      write({ key = counter, type = 'counter', value = value })
    end
  end
end

-- Everything: all keys, then the indexes page by page -----------------------------------------------------------------

-- Keys that live only as long as a session, a lease or a step.
local PASSING = {
  '^sessionlist:', '^sessionlogins:', '^sessionknownuserids:', '^sessionlastheartbeat$', '^endedsessions$', '^presencedue$', '^accountsclosing$',
  '^outbox:', '^conversationsessions:', '^ticket:',
  '^lease:', '^inbox:%a+$', '^inbox:%a+:%d+$', '^inboxlayout:', '^inboxworkers:', '^{', '^namesbuffer:', '^ircnamesreporter:', '^ircconnection:',
  '^ircconnectionsholders$', '^ircconnectionsending$',
  '^irclines:', '^nextGlobal', '^index:',
}

local function isPassing(key)
  for _, pattern in ipairs(PASSING) do
    if string.find(key, pattern) then
      return true
    end
  end
  return false
end

-- Not index:currentnick: reconnecting fills it.
local INDEXES = { 'index:user', 'index:windowIds', 'index:conversation', 'index:ircuser' }

if what == 'everything' then
  local phase, place = string.match(cursor, '^(%d+)/(.*)$')
  phase, place = tonumber(phase or '0'), place or '0'
  if phase == 0 then
    if cursor == '0' then
      writeCounters()
    end
    local page = call('SCAN', place, 'COUNT', STEP)
    for _, key in ipairs(page[2]) do
      if not isPassing(key) then
        writeKey(key, (string.find(key, '^user:') or string.find(key, '^networks:')) and offline)
      end
    end
    place = page[1]
  else
    local page = call('HSCAN', INDEXES[phase], place, 'COUNT', 10 * STEP)
    if #page[2] > 0 then
      write({ key = INDEXES[phase], type = 'hash', value = pairsOf(page[2]) })
    end
    place = page[1]
  end
  if place == '0' then
    phase = phase + 1
  end
  if phase <= #INDEXES then
    rows[#rows + 1] = { 'MORE', phase .. '/' .. place }
  end
  return rows
end

-- One user or conversation: accounts, and their windows ---------------------------------------------------------

-- @include is-irc

-- A stub: a user of whom only the name is exported. The import makes it a closed account.
local function writeStub(id)
  if id == 'iSERVER' then
    return
  end
  if isIrc(id) then
    local record = pairsOf(call('HGETALL', 'ircuser:' .. id))
    if record.nick then
      write({ key = 'ircuser:' .. id, type = 'hash', value = record, stub = true })
    end
    return
  end
  local user = call('HMGET', 'user:' .. id, 'name', 'registrationtime')
  if user[1] then
    write({ key = 'user:' .. id, type = 'hash', stub = true, value = {
      name = user[1], email = '', inuse = '0', lastlogout = '-1', passwd = '', salt = '', nick = 'closed-' .. id, secret = '',
      secretExpires = '0', lastip = '', ads = '0', maxwindows = '0', openidurl = '', registrationtime = user[2] or '0', nextwindowid = '0',
    } })
  end
end

local function writeWindow(id, windowId, conversation)
  writeKey('window:' .. id .. ':' .. windowId)
  write({ key = 'index:windowIds', type = 'hash', value = { [id .. ':' .. conversation] = windowId } })
end

local function writeAccount(id)
  writeKey('user:' .. id, offline)
  local index = {}
  for _, value in ipairs(call('HMGET', 'user:' .. id, 'nick', 'email')) do
    local field = value and string.lower(value) or ''
    if field ~= '' and call('HGET', 'index:user', field) == id then
      index[field] = id
    end
  end
  if next(index) then
    write({ key = 'index:user', type = 'hash', value = index })
  end
  for _, prefix in ipairs({ 'logins:', 'settings:', 'alerts:', 'userpermissions:' }) do
    writeKey(prefix .. id)
  end
  for _, network in ipairs(call('SMEMBERS', 'networklist')) do
    writeKey('networks:' .. id .. ':' .. network, offline)
    if call('SISMEMBER', 'ircconnections', id .. ':' .. network) == 1 then
      write({ key = 'ircconnections', type = 'set', value = { id .. ':' .. network } })
    end
    writeKey('ircpendingjoins:' .. id .. ':' .. network)
  end
end

local function writeConversation(id, goesAlong)
  local record = pairsOf(call('HGETALL', 'conversation:' .. id))
  local members, stubs, left, named = pairsOf(call('HGETALL', 'conversationmembers:' .. id)), {}, {}, {}
  for member, role in pairs(members) do
    named[#named + 1] = member
    if goesAlong(member) then
      left[member] = role
    elseif record.type == '1on1' or isIrc(member) then
      left[member] = isIrc(member) and role or 'd'
      stubs[member] = true
    end
  end
  if record.owner and record.owner ~= '' and not left[record.owner] then
    record.owner = ''
  end
  write({ key = 'conversation:' .. id, type = 'hash', value = record })
  write({ key = 'conversationmembers:' .. id, type = 'hash', value = left })

  local holders = {}
  for _, holder in ipairs(call('SMEMBERS', 'ircholders:' .. id)) do
    if goesAlong(holder) then
      holders[#holders + 1] = holder
    end
  end
  if #holders > 0 then
    write({ key = 'ircholders:' .. id, type = 'set', value = holders })
  end

  local entry
  if record.type == '1on1' and #named == 2 then
    table.sort(named, function(one, other)
      return #one < #other or (#one == #other and one < other)
    end)
    entry = '1on1:' .. record.network .. ':' .. named[1] .. ':' .. named[2]
  elseif record.type == 'group' then
    local name = string.lower(record.name or '')
    entry = 'group:' .. record.network .. ':' .. name
    if call('HGET', 'index:conversation', entry) ~= id then
      -- RFC 1459 casemapping: these are the upper case of {}|~.
      entry = 'group:' .. record.network .. ':' .. string.gsub(name, '[%[%]\\^]', { ['['] = '{', [']'] = '}', ['\\'] = '|', ['^'] = '~' })
    end
  end
  if entry and call('HGET', 'index:conversation', entry) == id then
    write({ key = 'index:conversation', type = 'hash', value = { [entry] = id } })
  end

  writeKey('conversationmsgs:' .. id)
  writeKey('{conversationmsgs:' .. id .. '}:rids')
  for _, message in ipairs(call('LRANGE', 'conversationmsgs:' .. id, 0, -1)) do
    local author = string.match(message, '"userId":"([^"]*)"')
    if author and not goesAlong(author) then
      stubs[author] = true
    end
  end
  for author in pairs(stubs) do
    writeStub(author)
  end
end

local step = tonumber(cursor) or 0
if step == 0 then
  writeCounters()
end

if what == 'user' then
  local id = string.find(who, '^%d+$') and who or call('HGET', 'index:user', string.lower(who))
  if not id or call('EXISTS', 'user:' .. id) == 0 then
    return redis.error_reply('NOT_FOUND there is no user ' .. who)
  end
  local windows = call('SMEMBERS', 'windowlist:' .. id)
  table.sort(windows, function(one, other) return tonumber(one) < tonumber(other) end)
  if step == 0 then
    writeAccount(id)
    writeKey('windowlist:' .. id)
  else
    local conversation = call('HGET', 'window:' .. id .. ':' .. windows[step], 'conversationId')
    if conversation then
      writeWindow(id, windows[step], conversation)
      writeConversation(conversation, function(member) return member == id end)
    end
  end
  if step < #windows then
    rows[#rows + 1] = { 'MORE', tostring(step + 1) }
  end
elseif what == 'conversation' then
  if call('EXISTS', 'conversation:' .. who) == 0 then
    return redis.error_reply('NOT_FOUND there is no conversation ' .. who)
  end
  local members = {}
  for _, member in ipairs(call('HKEYS', 'conversationmembers:' .. who)) do
    if not isIrc(member) then
      members[#members + 1] = member
    end
  end
  table.sort(members)
  if step == 0 then
    writeConversation(who, function(member)
      return not isIrc(member) and call('HEXISTS', 'conversationmembers:' .. who, member) == 1
    end)
    step = 1
  end
  for i = step, math.min(step + STEP - 1, #members) do
    writeAccount(members[i])
    local windowId = call('HGET', 'index:windowIds', members[i] .. ':' .. who)
    if windowId then
      write({ key = 'windowlist:' .. members[i], type = 'set', value = { windowId } })
      writeWindow(members[i], windowId, who)
    end
  end
  if step + STEP <= #members then
    rows[#rows + 1] = { 'MORE', tostring(step + STEP) }
  end
else
  return redis.error_reply('PARAMETER_INVALID everything, user or conversation?')
end
return rows

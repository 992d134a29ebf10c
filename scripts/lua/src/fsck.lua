-- Purpose: checks every key against the schema, and prints the command that repairs each finding.
-- Usage:   fsck [--repair]
-- KEYS     none: every key is looked at
-- ARGV[1]  cursor
-- ARGV[2]  repair: runs the safe repairs of this step at once. On a live system use masctl fsck --repair, which repairs only
--          what it has found twice: a change that is in progress may look like a finding
-- Returns  rows: kind, key, what is wrong, safe (yes when --repair repairs it), the command that repairs it
-- Steps    ARGV[1] is 0 at first; a last row MORE <cursor> means: run it again with that cursor
-- Writes   only with repair
local STEP = 100
local MESSAGES_A_STEP = 250
local repair = ARGV[2] == 'repair'
local rows = { { 'kind', 'key', 'detail', 'safe', 'command' } }
local call = redis.call
-- On a cluster, redis.each sends the commands for all items together.
local each = redis.each or function(list, look)
  for i, item in ipairs(list) do
    look(item, i)
  end
end
local now = call('TIME')[1]

-- Findings and their repairs ----------------------------------------------------------------------------------------

local function quote(text)
  if string.find(text, '^[%w_:;,./@+*^~#-]+$') then
    return text
  end
  return '"' .. string.gsub(string.gsub(text, '[\\"]', '\\%0'), '[%c]', function(c)
    return string.format('\\x%02x', string.byte(c))
  end) .. '"'
end

local RAISE = "if tonumber(redis.call('GET',KEYS[1]) or 0)<tonumber(ARGV[1]) then return redis.call('SET',KEYS[1],ARGV[1]) end"

local RAISE_REV = "if tonumber(redis.call('HGET',KEYS[1],'lastrev') or 0)<tonumber(ARGV[1]) then return redis.call('HSET',KEYS[1],'lastrev',ARGV[1]) end"

-- mend: the repair, a command, { 'RAISE', counter, number } or { 'RAISE_REV', record, number }; safe: whether it needs no
-- decision by an operator.
local function found(kind, key, detail, safe, mend)
  local command = {}
  if mend and mend[1] == 'RAISE' then
    command = { 'EVAL', '"' .. RAISE .. '"', '1', quote(mend[2]), mend[3] }
  elseif mend and mend[1] == 'RAISE_REV' then
    command = { 'EVAL', '"' .. RAISE_REV .. '"', '1', quote(mend[2]), mend[3] }
  elseif mend then
    for i, part in ipairs(mend) do
      command[i] = quote(part)
    end
  end
  rows[#rows + 1] = { kind, key, detail, safe and 'yes' or 'no', table.concat(command, ' ') }
  if repair and safe then
    if mend[1] == 'RAISE' then
      call('SET', mend[2], mend[3])
    elseif mend[1] == 'RAISE_REV' then
      call('HSET', mend[2], 'lastrev', mend[3])
    else
      call(unpack(mend))
    end
  end
end

local function ask(message)
  message.origin = { rid = 'fsck-' .. now .. '-' .. message.type .. '-' .. message.conversationId .. '-' .. (message.target or ''), userId = 'iSERVER' }
  return { 'LPUSH', 'inbox:loopbackparser', cjson.encode(message) }
end

-- Predicates --------------------------------------------------------------------------------------------------------

local function typeOf(key)
  return call('TYPE', key).ok
end

local function exists(key)
  return call('EXISTS', key) == 1
end

local function isNumber(text)
  return text and string.find(text, '^%-?%d+$') ~= nil
end

-- @include is-irc

local function isUser(id)
  return id == 'iSERVER' or exists((isIrc(id) and 'ircuser:' or 'user:') .. id)
end

-- Whether a user has not closed the account, or is on IRC. A disabled account still has its password.
local function isThere(id)
  if isIrc(id) then
    return isUser(id)
  end
  local user = call('HMGET', 'user:' .. id, 'inuse', 'passwd')
  return user[1] == '1' or (user[1] == '0' and (user[2] or '') ~= '')
end

local function isLive(user, session)
  return call('ZSCORE', 'sessionlist:' .. user, session) and true or false
end

local counters = {}
local function atLeast(counter, number, key)
  counters[counter] = counters[counter] or tonumber(call('GET', counter) or '0') or 0
  if tonumber(number) and counters[counter] < tonumber(number) then
    counters[counter] = tonumber(number)
    number = string.format('%.0f', number)
    found('counter-behind', counter, key .. ' has ' .. number .. ' already', true, { 'RAISE', counter, number })
  end
end

local function hash(key)
  local flat, fields = call('HGETALL', key), {}
  for i = 1, #flat, 2 do
    fields[flat[i]] = flat[i + 1]
  end
  return fields
end

local function names(fields)
  local list = {}
  for name in pairs(fields) do
    list[#list + 1] = name
  end
  return list
end

-- The checks of each family -----------------------------------------------------------------------------------------

local function checkUser(key, id, user)
  atLeast('nextGlobalUserId', id, key)
  local open = isThere(id)
  for _, field in ipairs({ 'nick', 'email' }) do
    local value = string.lower(user[field] or '')
    if open and value ~= '' then
      local owner = call('HGET', 'index:user', value)
      if not owner then
        found('index-misses', 'index:user', field .. ' ' .. value .. ' of user ' .. id, true, { 'HSETNX', 'index:user', value, id })
      elseif owner ~= id then
        found('index-conflict', 'index:user', field .. ' ' .. value .. ' of user ' .. id .. ' leads to user ' .. owner, false)
      end
    end
  end
  local sessions = call('ZCARD', 'sessionlist:' .. id)
  if user.lastlogout == '0' and sessions == 0 then
    found('presence', key, 'online without a session', true, { 'HSET', key, 'lastlogout', now })
  elseif user.lastlogout ~= '0' and sessions > 0 then
    found('presence', key, 'offline with ' .. sessions .. ' sessions', true, { 'HSET', key, 'lastlogout', '0' })
  end
end

local function checkOwned(key, id)
  if not exists('user:' .. id) then
    found('no-user', key, 'there is no user ' .. id, true, { 'UNLINK', key })
    return false
  end
  return true
end

local function checkFriends(key, id)
  if not checkOwned(key, id) then
    return
  end
  each(call('SMEMBERS', key), function(friend)
    if not isThere(friend) then
      found('friend-gone', key, 'friend ' .. friend .. ' has no account', true, { 'SREM', key, friend })
    elseif call('SISMEMBER', 'friends:' .. friend, id) == 0 then
      found('friend-one-way', key, friend .. ' is a friend of ' .. id .. ', not the other way round', true, { 'SREM', key, friend })
    end
  end)
end

local function checkFriendRequests(key, id)
  if not checkOwned(key, id) then
    return
  end
  -- A closed account may still have requests: closing it does not search for them.
  each(call('SMEMBERS', key), function(other)
    if not isUser(other) then
      found('friend-gone', key, other .. ' asks, and has no account', true, { 'SREM', key, other })
    end
  end)
end

local function checkAlerts(key, id, alerts)
  if checkOwned(key, id) then
    for alert in pairs(alerts) do
      if isNumber(alert) then
        atLeast('nextGlobalNoteId', alert, key)
      else
        found('unknown-field', key, alert, false, { 'HDEL', key, alert })
      end
    end
  end
end

local function checkSessionList(key, id)
  each(call('ZRANGE', key, 0, -1), function(session)
    if not call('ZSCORE', 'sessionlastheartbeat', id .. ':' .. session) then
      found('dead-session', key, session .. ' has no heartbeat', true, { 'ZREM', key, session })
    end
  end)
end

local function checkSessionLogins(key, id, logins)
  each(names(logins), function(session)
    if not isLive(id, session) then
      found('dead-session', key, session .. ' is over', true, { 'HDEL', key, session })
    end
  end)
end

local function checkOfSession(key, id, session)
  if not isLive(id, session) then
    found('dead-session', key, 'the session is over', true, { 'UNLINK', key })
  end
end

local function checkWindowList(key, id)
  if not checkOwned(key, id) then
    return
  end
  local counter, highest = call('HGET', 'user:' .. id, 'nextwindowid'), 0
  each(call('SMEMBERS', key), function(windowId)
    if not exists('window:' .. id .. ':' .. windowId) then
      found('window-gone', key, 'there is no window ' .. windowId, true, { 'SREM', key, windowId })
    end
    highest = math.max(highest, tonumber(windowId) or 0)
  end)
  if isNumber(counter) and tonumber(counter) < highest then
    found('counter-behind', 'user:' .. id, 'nextwindowid is ' .. counter .. ', and there is a window ' .. highest, true,
      { 'HINCRBY', 'user:' .. id, 'nextwindowid', string.format('%d', highest - tonumber(counter)) })
  end
end

local function checkWindow(key, id, windowId, window)
  if not checkOwned(key, id) then
    return
  end
  local conversation = window.conversationId or ''
  local entry = id .. ':' .. conversation
  if not exists('conversation:' .. conversation) then
    found('window-without-conversation', key, 'there is no conversation ' .. conversation, true, { 'UNLINK', key })
    return
  end
  if call('SISMEMBER', 'windowlist:' .. id, windowId) == 0 then
    found('window-not-listed', key, 'not in windowlist:' .. id, true, { 'SADD', 'windowlist:' .. id, windowId })
  end
  local indexed = call('HGET', 'index:windowIds', entry)
  if not indexed then
    found('index-misses', 'index:windowIds', entry .. ' of ' .. key, true, { 'HSETNX', 'index:windowIds', entry, windowId })
  elseif indexed ~= windowId then
    found('second-window', key, 'the window of conversation ' .. conversation .. ' is ' .. indexed, true, { 'UNLINK', key })
    return
  end
  -- A user who is disconnected from an IRC network keeps the channel's window without being a member.
  local role = call('HGET', 'conversationmembers:' .. conversation, id)
  if (not role or role == 'd') and call('HGET', 'conversation:' .. conversation, 'network') == 'MAS' then
    found('window-without-member', key, 'user ' .. id .. ' is no member of conversation ' .. conversation, true, { 'UNLINK', key })
    return
  end
  each(call('ZRANGE', 'sessionlist:' .. id, 0, -1), function(session)
    local name = id .. ':' .. session
    if call('HGET', 'conversationsessions:' .. conversation, name) ~= windowId and call('ZSCORE', 'sessionlastheartbeat', name) then
      found('session-not-listening', 'conversationsessions:' .. conversation, name .. ' is live and has window ' .. windowId, true,
        { 'HSET', 'conversationsessions:' .. conversation, name, windowId })
    end
  end)
end

local function indexEntryOf(id, record)
  if record.type == 'group' then
    local name = record.name or ''
    return record.network == 'MAS' and 'group:MAS:' .. string.lower(name)
  end
  local members = call('HKEYS', 'conversationmembers:' .. id)
  if #members ~= 2 then
    return nil
  end
  table.sort(members, function(one, other)
    return #one < #other or (#one == #other and one < other)
  end)
  return '1on1:' .. record.network .. ':' .. members[1] .. ':' .. members[2]
end

local function checkConversation(key, id, record)
  atLeast('nextGlobalConversationId', id, key)
  atLeast('nextGlobalMsgId', record.lastrev, key)
  if record.type ~= 'group' and record.type ~= '1on1' then
    found('bad-value', key, 'type is ' .. tostring(record.type), false)
    return
  end
  local mas = record.network == 'MAS'
  -- A channel's conversation exists while a user has its window, connected or not.
  if call('HLEN', 'conversationmembers:' .. id) == 0 and (mas or call('SCARD', 'ircholders:' .. id) == 0) then
    -- The worker also removes the index entry and the messages.
    found('conversation-without-members', key, 'nobody is there', mas,
      mas and ask({ type = 'ADMIN_REMOVE_GROUP', conversationId = tonumber(id) }) or { 'UNLINK', key })
    return
  end
  local entry = indexEntryOf(id, record)
  if entry then
    local indexed = call('HGET', 'index:conversation', entry)
    if not indexed then
      found('index-misses', 'index:conversation', entry .. ' of ' .. key, true, { 'HSETNX', 'index:conversation', entry, id })
    elseif indexed ~= id then
      found('index-conflict', 'index:conversation', entry .. ' of ' .. key .. ' leads to conversation ' .. indexed, false)
    end
  end
end

local ROLES = { ['*'] = true, ['@'] = true, ['+'] = true, ['u'] = true, ['d'] = true }

local function checkMembers(key, id, members)
  if not exists('conversation:' .. id) then
    found('no-conversation', key, 'there is no conversation ' .. id, true, { 'UNLINK', key })
    return
  end
  local mas = call('HGET', 'conversation:' .. id, 'network') == 'MAS'
  each(names(members), function(member)
    local role = members[member]
    if not ROLES[role] then
      found('bad-value', key, 'the role of ' .. member .. ' is ' .. role, false, { 'HSET', key, member, 'u' })
    elseif not isUser(member) then
      found('member-gone', key, 'there is no user ' .. member, true, { 'HDEL', key, member })
    elseif mas and not isIrc(member) and role ~= 'd' then
      if not isThere(member) then
        found('member-gone', key, 'user ' .. member .. ' has closed the account', true, { 'HDEL', key, member })
      else
        local windowId = call('HGET', 'index:windowIds', member .. ':' .. id)
        if not windowId or not exists('window:' .. member .. ':' .. windowId) then
          -- The worker opens windows for active accounts only.
          local safe = call('HGET', 'user:' .. member, 'inuse') == '1'
          found('member-without-window', key, 'user ' .. member .. ' has no window', safe,
            ask({ type = 'ADMIN_OPEN_WINDOW', conversationId = tonumber(id), target = member }))
        end
      end
    end
  end)
end

local function checkConversationSessions(key, id, sessions)
  each(names(sessions), function(name)
    local windowId = sessions[name]
    local user, session = string.match(name, '^(%d+):(.+)$')
    if not user or not isLive(user, session) then
      found('dead-session', key, name .. ' is over', true, { 'HDEL', key, name })
    elseif call('HGET', 'window:' .. user .. ':' .. windowId, 'conversationId') ~= id then
      found('window-gone', key, name .. ' listens for window ' .. windowId .. ', which is not of this conversation', true, { 'HDEL', key, name })
    end
  end)
end

local function checkOfConversation(key, id)
  if not exists('conversation:' .. id) then
    found('no-conversation', key, 'there is no conversation ' .. id, true, { 'UNLINK', key })
  end
end

-- A record without its message would answer a retry with a message that is gone.
local function checkRids(key, id, gids)
  local messages = 'conversationmsgs:' .. id
  local oldest = call('LINDEX', messages, -1)
  if not oldest then
    found('no-history', key, 'there is no ' .. messages, true, { 'UNLINK', key })
    return
  end
  local from = tonumber(string.match(oldest, '"gid":(%d+)[,}]') or '0')
  for record, gid in pairs(gids) do
    if (tonumber(gid) or 0) < from then
      found('stale-record', key, record .. ' has gid ' .. gid .. ', and the history begins with ' .. string.format('%.0f', from), true, { 'HDEL', key, record })
    end
  end
end

local function checkClaim(key, endpoint, epoch, number)
  local claims = '{inbox:' .. endpoint .. '}:claims'
  local n = tonumber(number)
  local first, last = string.match(call('HGET', claims, epoch) or '', '^(%d+)%-(%d+)$')
  first, last = tonumber(first), tonumber(last)
  if not first or n < first or n > last then
    local from, to = math.min(n, first or n), math.max(n, last or n)
    found('claim-not-listed', key, 'no worker looks for what was claimed under lease ' .. epoch, true,
      { 'HSET', claims, epoch, string.format('%d-%d', from, to) })
  end
end

local function checkClaims(key, _, ranges)
  for epoch, range in pairs(ranges) do
    if not isNumber(epoch) or not string.find(range, '^%d+%-%d+$') then
      found('bad-value', key, epoch .. ' is ' .. range .. ', not a range of claims', false, { 'HDEL', key, epoch })
    end
  end
end

-- Claims of workers from before claim lists. The next holder of the lease finds them by their takers.
local function checkTaken(key, endpoint, worker)
  local takers = '{inbox:' .. endpoint .. '}:takers'
  if typeOf(takers) == 'string' then
    found('taken-without-holder', key, 'an old worker took this when newer ones consumed the inbox; delete ' .. takers
      .. ', run fsck --repair, and restart the workers', false, { 'DEL', takers })
  elseif not call('ZSCORE', takers, worker) then
    found('taken-without-holder', key, 'no worker looks for what ' .. worker .. ' had taken', true,
      { 'ZADD', takers, 'NX', now, worker })
  end
end

local function checkInbox(key, endpoint)
  if call('GET', 'lease:' .. endpoint) == false then
    found('inbox-without-consumer', key, call('LLEN', key) .. ' entries wait, and no worker holds lease:' .. endpoint .. '; start one', false)
  end
end

local function partName(endpoint, part)
  return part == 0 and endpoint or endpoint .. ':' .. part
end

local function checkLayout(key, endpoint)
  local ok, layout = pcall(cjson.decode, call('GET', key))
  if not ok or type(layout) ~= 'table' or not isNumber(tostring(layout.parts)) then
    found('bad-value', key, 'not a layout', false)
    return
  end
  -- Inboxes are closed while the number of partitions changes.
  if layout.next then
    return
  end
  for part = 0, layout.parts - 1 do
    local version = '{inbox:' .. partName(endpoint, part) .. '}:layout'
    if (call('GET', version) or '0') ~= tostring(layout.version or 0) then
      found('inbox-closed', version, 'it is not open to the senders of layout ' .. tostring(layout.version or 0), false, { 'SET', version, layout.version or 0 })
    end
  end
end

local function checkMoving(key, part)
  local layout = call('GET', 'inboxlayout:' .. string.match(part, '^%a+'))
  if not layout or not string.find(layout, '"next"', 1, true) then
    found('moving-without-change', key, call('LLEN', key) .. ' entries of a change of the number of inboxes, and none is under way', false)
  end
end

local function checkFence(key)
  atLeast('nextGlobalLeaseEpoch', call('GET', key), key)
end

local function checkNetwork(key, id, network, state)
  if checkOwned(key, id) and state.state and state.state ~= 'connected' and state.state ~= 'connecting' and state.state ~= 'disconnected' then
    found('bad-value', key, 'state is ' .. tostring(state.state), false, { 'HSET', key, 'state', 'disconnected' })
  end
end

local function checkIrcUser(key, id)
  if id ~= 'iSERVER' then
    atLeast('nextGlobalUserId', string.sub(id, 2), key)
  end
end

local function checkCounter(key)
  if not isNumber(call('GET', key)) then
    found('bad-value', key, 'not a number', false)
  end
end

-- The schema: one line for each family of keys ----------------------------------------------------------------------
-- pattern of the name; type; check, which gets the pattern's captures and the fields of small hashes. For hashes with fixed
-- fields: must, the required ones, and may, the optional ones. expires = true: the key needs a time to live.
local USER_FIELDS = 'name email inuse lastlogout passwd salt nick secret secretExpires lastip ads maxwindows openidurl registrationtime nextwindowid'
local FAMILIES = {
  { '^user:([1-9]%d*)$', 'hash', checkUser, must = USER_FIELDS },
  { '^{user:([1-9]%d*)}:history$', 'string', checkOwned },
  { '^logins:([1-9]%d*)$', 'zset', checkOwned },
  { '^settings:([1-9]%d*)$', 'hash', checkOwned },
  { '^alerts:([1-9]%d*)$', 'hash', checkAlerts, fields = true },
  { '^friends:([1-9]%d*)$', 'set', checkFriends },
  { '^friendrequests:([1-9]%d*)$', 'set', checkFriendRequests },
  { '^userpermissions:([1-9]%d*)$', 'set', checkOwned },
  { '^passwordresettoken:[%w_-]+$', 'string', expires = true },
  { '^ticket:%x+$', 'string', expires = true },
  { '^sessionlist:([1-9]%d*)$', 'zset', checkSessionList },
  { '^sessionlogins:([1-9]%d*)$', 'hash', checkSessionLogins, fields = true },
  { '^sessionknownuserids:([1-9]%d*):(.+)$', 'set', checkOfSession },
  { '^outbox:([1-9]%d*):(.+)$', 'list', checkOfSession },
  { '^windowlist:([1-9]%d*)$', 'set', checkWindowList },
  { '^window:([1-9]%d*):([1-9]%d*)$', 'hash', checkWindow, must = 'conversationId sounds titleAlert visible row', may = 'seen' },
  { '^conversation:([1-9]%d*)$', 'hash', checkConversation, must = 'type name network topic password', may = 'owner apikey lastrev', open = 'irc' },
  { '^conversationmembers:([1-9]%d*)$', 'hash', checkMembers, fields = true },
  { '^conversationmsgs:([1-9]%d*)$', 'list', checkOfConversation },
  { '^{conversationmsgs:([1-9]%d*)}:rids$', 'hash', checkRids, fields = true },
  { '^conversationsessions:([1-9]%d*)$', 'hash', checkConversationSessions, fields = true },
  { '^inbox:(%a+)$', 'list', checkInbox },
  { '^inbox:(%a+:%d+)$', 'list', checkInbox },
  { '^inbox:%a+:dead$', 'list' },
  { '^inbox:%a+:%d+:dead$', 'list' },
  { '^lease:%a+$', 'string', expires = true },
  { '^lease:%a+:%d+$', 'string', expires = true },
  { '^{inbox:(%a+)}:taken:(.+)$', 'list', checkTaken },
  { '^{inbox:(%a+:%d+)}:taken:(.+)$', 'list', checkTaken },
  { '^{inbox:[%a]+}:takers$', 'zset string' },
  { '^{inbox:%a+:%d+}:takers$', 'zset string' },
  { '^{inbox:(%a+)}:claim:(%d+):(%d+)$', 'list', checkClaim },
  { '^{inbox:(%a+:%d+)}:claim:(%d+):(%d+)$', 'list', checkClaim },
  { '^{inbox:(%a+)}:claims$', 'hash', checkClaims, fields = true },
  { '^{inbox:(%a+:%d+)}:claims$', 'hash', checkClaims, fields = true },
  { '^{inbox:%a+}:holders$', 'hash' },
  { '^{inbox:%a+:%d+}:holders$', 'hash' },
  { '^{inbox:%a+}:layout$', 'string' },
  { '^{inbox:%a+:%d+}:layout$', 'string' },
  { '^{inbox:(%a+)}:leaving$', 'list', checkMoving },
  { '^{inbox:(%a+:%d+)}:leaving$', 'list', checkMoving },
  { '^{inbox:(%a+)}:arriving$', 'list', checkMoving },
  { '^{inbox:(%a+:%d+)}:arriving$', 'list', checkMoving },
  { '^inboxlayout:(%a+)$', 'string', checkLayout },
  { '^inboxworkers:%a+$', 'zset', expires = true },
  { '^{[^}]+}:fence$', 'string', checkFence, expires = true },
  { '^networks:([1-9]%d*):([^:]+)$', 'hash', checkNetwork, may = 'state currentnick retryCount nick account', fields = true },
  { '^ircuser:(i.+)$', 'hash', checkIrcUser, must = 'nick network', open = true },
  { '^namesbuffer:[^:]+:%d+$', 'hash', expires = true },
  { '^ircnamesreporter:%d+$', 'string', expires = true },
  { '^ircpendingjoins:([1-9]%d*):[^:]+$', 'hash', checkOwned },
  { '^ircconnections$', 'set' },
  { '^ircconnectionsending$', 'set' },
  { '^ircconnectionsholders$', 'hash' },
  { '^ircconnection:([1-9]%d*):[^:]+$', 'hash', checkOwned },
  { '^ircstatuses:([1-9]%d*)$', 'hash', checkOfConversation },
  { '^ircholders:([1-9]%d*)$', 'set', checkOfConversation },
  { '^irclines:([1-9]%d*)$', 'hash', checkOfConversation },
  { '^auditlog$', 'stream' },
  { '^networklist$', 'set' },
  { '^sessionlastheartbeat$', 'zset' },
  { '^endedsessions$', 'zset' },
  { '^presencedue$', 'zset' },
  { '^accountsclosing$', 'zset' },
  { '^index:user$', 'hash' },
  { '^{index:user}:claims$', 'zset' },
  { '^index:windowIds$', 'hash' },
  { '^index:conversation$', 'hash' },
  { '^index:currentnick$', 'hash' },
  { '^index:ircuser$', 'hash' },
  { '^(nextGlobalUserId)$', 'string', checkCounter },
  { '^(nextGlobalNoteId)$', 'string', checkCounter },
  { '^(nextGlobalMsgId)$', 'string', checkCounter },
  { '^{nextGlobalMsgId}:history$', 'string' },
  { '^(nextGlobalConversationId)$', 'string', checkCounter },
  { '^(nextGlobalLeaseEpoch)$', 'string', checkCounter },
}

local function words(text)
  local set = {}
  for word in string.gmatch(text or '', '%S+') do
    set[word] = true
  end
  return set
end

local function familyOf(key)
  for _, family in ipairs(FAMILIES) do
    if string.find(key, family[1]) then
      return family
    end
  end
end

local function checkFields(key, family, fields)
  local must, may = words(family.must), words(family.may)
  for field in pairs(must) do
    if not fields[field] then
      found('missing-field', key, field, false, { 'HSET', key, field, '' })
    end
  end
  local open = family.open == true or (family.open == 'irc' and fields.network ~= 'MAS')
  for field in pairs(fields) do
    if not must[field] and not may[field] and not open then
      found('unknown-field', key, field, false, { 'HDEL', key, field })
    end
  end
end

local function checkKey(key)
  local kind = typeOf(key)
  if kind == 'none' then
    return
  end
  local family = familyOf(key)
  if not family then
    found('unknown-key', key, kind, false, { 'UNLINK', key })
    return
  end
  if not words(family[2])[kind] then
    found('wrong-type', key, kind .. ' instead of ' .. family[2], false, { 'UNLINK', key })
    return
  end
  if family.expires and call('TTL', key) == -1 then
    found('no-expiry', key, 'it would stay for ever', true, { 'EXPIRE', key, '3600' })
  end
  local parts = { string.match(key, family[1]) }
  if family.must or family.fields then
    parts[#parts + 1] = hash(key)
    if family.must or family.may then
      checkFields(key, family, parts[#parts])
    end
  end
  if family[3] then
    family[3](key, unpack(parts))
  end
end

-- The indexes, entry by entry ---------------------------------------------------------------------------------------

local function drop(index, field, value, why)
  found('index-points-nowhere', index, field .. ' leads to ' .. value .. ': ' .. why, true, { 'HDEL', index, field })
end

local INDEXES = {
  { 'index:user', function(index, field, id)
    local user = call('HMGET', 'user:' .. id, 'nick', 'email', 'openidurl')
    if not user[1] and not user[2] then
      drop(index, field, id, 'there is no such user')
    elseif field ~= string.lower(user[1] or '') and field ~= string.lower(user[2] or '') and field ~= (user[3] or '')
      -- Lua folds ASCII only.
      and not string.find(field, '[\128-\255]') then
      drop(index, field, id, 'the user has another nick and email')
    end
  end },
  { 'index:windowIds', function(index, field, windowId)
    local id, conversation = string.match(field, '^(%d+):(%d+)$')
    if not id then
      drop(index, field, windowId, 'not <userId>:<conversationId>')
    elseif call('HGET', 'window:' .. id .. ':' .. windowId, 'conversationId') ~= conversation then
      drop(index, field, windowId, 'there is no such window of this conversation')
    end
  end },
  { 'index:conversation', function(index, field, id)
    if not exists('conversation:' .. id) then
      drop(index, field, id, 'there is no such conversation')
    end
  end },
  { 'index:currentnick', function(index, field, id)
    local network = string.match(field, '^([^:]+):')
    if not network or not exists('networks:' .. id .. ':' .. network) then
      drop(index, field, id, 'the user does not use the network')
    end
  end },
  { 'index:ircuser', function(index, field, id)
    if not exists('ircuser:' .. id) then
      drop(index, field, id, 'there is no such user on IRC')
    end
  end },
}

-- Histories ---------------------------------------------------------------------------------------------------------

local MESSAGE_FIELDS = words('gid userId ts cat body status updatedTs rev rid')

-- Checks one step's messages from an index on; newer is the gid of the message before it. Returns the next index, or nil at
-- the end, and its newer.
local function checkMessages(key, from, newer)
  if typeOf(key) ~= 'list' then
    return nil
  end
  local entries = call('LRANGE', key, from, from + MESSAGES_A_STEP - 1)
  local conversation = 'conversation:' .. string.match(key, '%d+')
  local record = call('HMGET', conversation, 'network', 'lastrev')
  local mas, lastRev = record[1] == 'MAS', 0
  -- Messages posted between two steps shift the list: some that were checked come again.
  local again, highest = newer ~= nil, nil
  for _, entry in ipairs(entries) do
    local ok, message = pcall(cjson.decode, entry)
    if not ok or type(message) ~= 'table' or type(message.gid) ~= 'number' then
      found('bad-message', key, 'not a message', false, { 'LREM', key, '1', entry })
    else
      local gid = message.gid
      if not (message.userId and message.ts and message.cat and message.body) then
        found('missing-field', key, string.format('message %.0f lacks userId, ts, cat or body', gid), false, { 'LREM', key, '1', entry })
      end
      for field in pairs(message) do
        if mas and not MESSAGE_FIELDS[field] then
          found('unknown-field', key, string.format('%s of message %.0f', tostring(field), gid), false, { 'LREM', key, '1', entry })
        end
      end
      again = again and gid >= newer
      if newer and gid >= newer and not again then
        found('bad-order', key, string.format('message %.0f stands behind %.0f', gid, newer), false)
      end
      newer = again and newer or gid
      lastRev = math.max(lastRev, tonumber(message.rev) or 0)
      highest = math.max(highest or 0, gid, lastRev)
    end
  end
  if highest then
    atLeast('nextGlobalMsgId', highest, key)
  end
  -- A resuming client would miss that edit.
  if record[1] and lastRev > (tonumber(record[2]) or 0) then
    found('lastrev-behind', conversation, string.format('lastrev is %s, and there is a message of rev %.0f', record[2] or 'missing', lastRev), true,
      { 'RAISE_REV', conversation, string.format('%.0f', lastRev) })
  end
  return #entries == MESSAGES_A_STEP and from + #entries or nil, newer
end

-- The steps: all keys, then all indexes and heartbeats, then all histories ----------------------------------------------
-- The cursor is <phase>/<cursor>/<the page's remaining histories, each as id@index@newer>.

local phase, cursor, left = string.match(ARGV[1] or '0', '^(%d+)/([^/]*)/(.*)$')
phase, cursor, left = tonumber(phase or '0'), cursor or '0', left or ''
local heartbeats, histories = #INDEXES + 1, #INDEXES + 2

if phase == 0 then
  local page = call('SCAN', cursor, 'COUNT', STEP)
  each(page[2], checkKey)
  cursor = page[1]
elseif phase <= #INDEXES then
  local index = INDEXES[phase]
  if typeOf(index[1]) == 'hash' then
    local page = call('HSCAN', index[1], cursor, 'COUNT', STEP)
    each(page[2], function(field, i)
      if i % 2 == 1 then
        index[2](index[1], field, page[2][i + 1])
      end
    end)
    cursor = page[1]
  end
elseif phase == heartbeats then
  if typeOf('sessionlastheartbeat') == 'zset' then
    local page = call('ZSCAN', 'sessionlastheartbeat', cursor, 'COUNT', STEP)
    each(page[2], function(member, i)
      local user, session = string.match(member, '^(%d+):(.+)$')
      if i % 2 == 1 and not (user and isLive(user, session)) then
        found('dead-session', 'sessionlastheartbeat', member .. ' is over', true, { 'ZREM', 'sessionlastheartbeat', member })
      end
    end)
    cursor = page[1]
  end
else
  local page = { cursor, {} }
  if left == '' then
    page = call('SCAN', cursor, 'MATCH', 'conversationmsgs:*', 'COUNT', STEP)
  end
  for _, key in ipairs(page[2]) do
    left = left .. string.match(key, ':(.*)$') .. '@0@ '
  end
  local waiting, sizes = {}, {}
  for id, from, newer in string.gmatch(left, '(%S+)@(%d+)@(%d*) ') do
    waiting[#waiting + 1] = { key = 'conversationmsgs:' .. id, id = id, from = tonumber(from), newer = tonumber(newer) }
  end
  each(waiting, function(history, i)
    sizes[i] = typeOf(history.key) == 'list' and call('LLEN', history.key) - history.from or 0
  end)
  -- A step checks about MESSAGES_A_STEP messages: several short histories, or a part of a long one.
  local some, later, messages = {}, {}, 0
  for i, history in ipairs(waiting) do
    local list = messages < MESSAGES_A_STEP and some or later
    list[#list + 1] = history
    messages = messages + sizes[i]
  end
  left = ''
  each(some, function(history)
    local place, newer = checkMessages(history.key, history.from, history.newer)
    if place then
      left = left .. string.format('%s@%d@%.0f ', history.id, place, newer or 0)
    end
  end)
  for _, history in ipairs(later) do
    left = left .. string.format('%s@%d@%s ', history.id, history.from, history.newer and string.format('%.0f', history.newer) or '')
  end
  cursor = page[1]
end

if left == '' and cursor == '0' then
  phase = phase + 1
end
if phase <= histories then
  rows[#rows + 1] = { 'MORE', phase .. '/' .. cursor .. '/' .. left }
end
return rows

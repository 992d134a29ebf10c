-- Purpose: reads a master's replication id. Optionally writes and deletes a key, so that a WAIT behind it on the same
--          connection covers all earlier writes of all connections.
-- KEYS[1]  a key of one of the master's slots, which nothing else uses
-- ARGV[1]  1 to write, 0 only to read
-- Returns  master_replid and master_replid2 of INFO replication; the latter is the id of the former master when this one
--          was its replica, else zeros
if ARGV[1] == '1' then
  redis.call('SET', KEYS[1], '')
  redis.call('DEL', KEYS[1])
end
local info = redis.call('INFO', 'replication')
return { string.match(info, 'master_replid:(%x+)'), string.match(info, 'master_replid2:(%x+)') }

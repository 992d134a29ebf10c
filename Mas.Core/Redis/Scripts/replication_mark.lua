-- Purpose: says which history of writes a master goes on with; and writes something that leaves nothing, so that a WAIT
--          behind it on the same connection covers everything that the master has written before, whoever wrote it.
-- KEYS[1]  a key of one of the master's slots, which nothing else uses
-- ARGV[1]  1 to write, 0 only to look
-- Returns  master_replid and master_replid2 of INFO replication: the history's id, and, when this master was a replica, the
--          id of the history that it went on with when it took over (else zeros)
if ARGV[1] == '1' then
  redis.call('SET', KEYS[1], '')
  redis.call('DEL', KEYS[1])
end
local info = redis.call('INFO', 'replication')
return { string.match(info, 'master_replid:(%x+)'), string.match(info, 'master_replid2:(%x+)') }

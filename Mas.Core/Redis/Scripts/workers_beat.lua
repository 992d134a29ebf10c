-- Purpose: records a worker's heartbeat and counts the living workers. Uses Redis's clock, since machines' clocks differ.
-- KEYS[1]  inboxworkers:<endpoint>
-- ARGV[1]  the worker
-- ARGV[2]  how long it counts as living, ms
-- Returns  the number of living workers, this one included
local now = redis.call('TIME')
local ms = now[1] * 1000 + math.floor(now[2] / 1000)
redis.call('ZADD', KEYS[1], ms, ARGV[1])
redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', ms - ARGV[2])
redis.call('PEXPIRE', KEYS[1], ARGV[2])
return redis.call('ZCARD', KEYS[1])

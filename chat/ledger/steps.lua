-- A step of the ledger, with nobody else's in between. `books.py` does the same in a file, under the
-- same names.
--
-- KEYS: sums (a hash: the day, what all have spent, what of it is reserved, and by visitor), leases
-- (a hash: JSON by id), times (when each ends), turns (a hash: a lease's id by visitor), settled
-- (until when it is known that a lease was), notes (a hash: texts by name), forgotten (when each is);
-- and then one for each day that is kept: what its requests took (a hash: the day, how many rows
-- there are, in all and of each person, and the numbers of a row by its name, which is JSON).
-- ARGV: what is asked, as JSON. It says with `now` what time it is, or else this server does.

local SUMS, LEASES, TIMES, TURNS, SETTLED, NOTES, FORGOTTEN = unpack(KEYS)
local OTHERS = 7 -- keys before those of the days
local DAYS = #KEYS - OTHERS
local DAY = 86400
local asked = cjson.decode(ARGV[1])
local clock = redis.call('TIME')
local now = asked.now or (clock[1] + clock[2] / 1000000)
local day = math.floor(now / DAY)

local function number(value) return tonumber(value or 0) end

local function remain(key)
  redis.call('EXPIRE', key, math.ceil((day + 2) * DAY - now))
end

local function turn_day()
  local kept = tonumber(redis.call('HGET', SUMS, 'day') or nil)
  if kept and kept > day + 1 then return false end
  if kept and kept >= day then
    day = kept
  else
    redis.call('DEL', SUMS)
    redis.call('HSET', SUMS, 'day', day)
    remain(SUMS)
  end
  return true
end

local function sums(visitor)
  local found = redis.call('HMGET', SUMS, 'of ' .. visitor, 'all', 'reserved')
  return { number(found[1]), number(found[2]), number(found[3]) }
end

local function find(id)
  local kept = redis.call('HGET', LEASES, id)
  if not kept then return nil end
  kept = cjson.decode(kept)
  if kept.day < day then kept.day, kept.fresh = day, 0 end
  return kept
end

local function set_aside(kept, tokens)
  local more = math.max(tokens - kept.tokens, -kept.fresh)
  kept.tokens = tokens
  kept.fresh = kept.fresh + more
  if more ~= 0 then
    redis.call('HINCRBY', SUMS, 'of ' .. kept.visitor, more)
    redis.call('HINCRBY', SUMS, 'all', more)
    redis.call('HINCRBY', SUMS, 'reserved', more)
  end
end

local function keep(id, kept, used)
  kept.used = used
  redis.call('HSET', LEASES, id, cjson.encode(kept))
  redis.call('ZADD', TIMES, now + asked.lease, id)
  remain(LEASES)
  remain(TIMES)
  if kept.is_turn then
    redis.call('HSET', TURNS, kept.visitor, id)
    remain(TURNS)
  end
end

local function found(lease)
  local kept = find(lease.id)
  if not kept then
    kept = {
      visitor = lease.visitor, is_turn = lease.is_turn, day = day,
      tokens = lease.told, fresh = 0, used = lease.told,
    }
    if lease.tokens > 0 then
      set_aside(kept, lease.tokens)
      keep(lease.id, kept, lease.told)
    end
  end
  return kept
end

local function finish(id, kept)
  if kept.fresh ~= 0 then redis.call('HINCRBY', SUMS, 'reserved', -kept.fresh) end
  redis.call('HDEL', LEASES, id)
  redis.call('ZREM', TIMES, id)
  if kept.is_turn and redis.call('HGET', TURNS, kept.visitor) == id then
    redis.call('HDEL', TURNS, kept.visitor)
  end
end

local function is_taken(lease)
  local holder = lease.is_turn and redis.call('HGET', TURNS, lease.visitor)
  return holder and holder ~= lease.id
end

local function is_settled(lease)
  return number(redis.call('ZSCORE', SETTLED, lease.id) or nil) > now
end

local function lapse()
  -- Where a clock was set back.
  local latest = now + asked.lease
  for _, id in ipairs(redis.call('ZRANGEBYSCORE', TIMES, latest, '+inf')) do
    redis.call('ZADD', TIMES, latest, id)
  end
  for _, id in ipairs(redis.call('ZRANGEBYSCORE', TIMES, '-inf', now)) do
    local kept = find(id)
    if kept then
      set_aside(kept, math.min(kept.tokens, kept.used))
      finish(id, kept)
    end
  end
end

local steps = {}

function steps.sums() return sums(asked.visitor) end

function steps.enter()
  local turn = asked.leases[1]
  if is_taken(turn) or is_settled(turn) then return 0 end
  keep(turn.id, found(turn), 0)
  return 1
end

function steps.reserve()
  local lease = asked.leases[1]
  if is_settled(lease) then return { 0, unpack(sums(lease.visitor)) } end
  local kept = found(lease)
  local before = sums(lease.visitor)
  local tokens = asked.most
  if asked.visitors_bound then tokens = math.min(tokens, asked.visitors_bound - before[1]) end
  if asked.bound then tokens = math.min(tokens, asked.bound - before[2]) end
  if tokens < asked.least then
    tokens = 0
  else
    set_aside(kept, kept.tokens + tokens)
    keep(lease.id, kept, asked.used[1])
  end
  return { tokens, before[1], before[2], before[3] }
end

function steps.settle()
  local lease = asked.leases[1]
  if is_settled(lease) then return 1 end
  local kept = found(lease)
  set_aside(kept, asked.tokens)
  finish(lease.id, kept)
  redis.call('ZADD', SETTLED, now + asked.settled, lease.id)
  redis.call('ZREMRANGEBYSCORE', SETTLED, '-inf', now)
  remain(SETTLED)
  return 1
end

function steps.renew()
  for at, lease in ipairs(asked.leases) do
    if not is_taken(lease) and not is_settled(lease) then keep(lease.id, found(lease), asked.used[at]) end
  end
  return 1
end

function steps.read()
  for _, name in ipairs(redis.call('ZRANGEBYSCORE', FORGOTTEN, '-inf', now)) do
    redis.call('HDEL', NOTES, name)
    redis.call('ZREM', FORGOTTEN, name)
  end
  return { string.format('%.6f', now), redis.call('HMGET', NOTES, unpack(asked.names)) }
end

function steps.write()
  for _, note in ipairs(asked.notes) do
    if (redis.call('HGET', NOTES, note.name) or '') ~= note.before then return 0 end
  end
  for _, note in ipairs(asked.notes) do
    redis.call('HSET', NOTES, note.name, note.text)
    redis.call('ZADD', FORGOTTEN, note['until'], note.name)
  end
  for _, name in ipairs(redis.call('ZRANGE', FORGOTTEN, 0, -asked.most - 1)) do
    redis.call('HDEL', NOTES, name)
    redis.call('ZREM', FORGOTTEN, name)
  end
  remain(NOTES)
  remain(FORGOTTEN)
  return 1
end

local function book_of(number) return KEYS[OTHERS + 1 + number % DAYS] end

local function counted_under(book, row)
  for place, name in ipairs(row.names) do
    if place == #row.names or redis.call('HEXISTS', book, name) == 1 then return name end
    local has_models = number(redis.call('HGET', book, 'of ' .. row.who)) < asked.most_models
    local has_rows = number(redis.call('HGET', book, 'rows')) < asked.most_rows
    if has_rows and (has_models or place == 2) then
      redis.call('HINCRBY', book, 'of ' .. row.who, 1)
      return name
    end
  end
end

function steps.count()
  local book = book_of(day)
  if number(redis.call('HGET', book, 'day')) ~= day then
    redis.call('DEL', book)
    redis.call('HSET', book, 'day', day)
    redis.call('EXPIRE', book, math.ceil((day + DAYS) * DAY - now))
  end
  for _, row in ipairs(asked.rows) do
    local name = counted_under(book, row)
    local numbers, sums = row.numbers, {}
    local kept = redis.call('HGET', book, name)
    if not kept then redis.call('HINCRBY', book, 'rows', 1) end
    for sum in string.gmatch(kept or '', '%d+') do sums[#sums + 1] = tonumber(sum) end
    for at, more in ipairs(numbers) do
      sums[at] = string.format('%.0f', (sums[at] or 0) + more)
    end
    redis.call('HSET', book, name, table.concat(sums, ' '))
  end
  return 1
end

function steps.used()
  local today = math.max(day, number(redis.call('HGET', SUMS, 'day')))
  local wanted = asked.day or today
  local book = book_of(wanted)
  local is_kept = wanted > today - DAYS and number(redis.call('HGET', book, 'day')) == wanted
  return { wanted, is_kept and redis.call('HGETALL', book) or {} }
end

-- What is only looked at, or has a time of its own, changes no sums.
local without_sums = { read = true, write = true, used = true }
if not without_sums[asked.step] then
  if not turn_day() then return redis.error_reply('CLOCK') end
  lapse()
end
return steps[asked.step]()

// The operators' page: gauges that are read again every two seconds, and the operators' scripts with their tables.
// What comes from the server only ever becomes text.

const POLL_MS = 2000;
const KEPT_POINTS = 90;
const MOST_ROWS = 500;
const TIMES = new Set(['ts', 'last', 'lastlogout', 'heartbeat', 'since']);

const byId = (id) => document.getElementById(id);

function make(tag, text, className) {
  const element = document.createElement(tag);
  if (text !== undefined) element.textContent = text;
  if (className) element.className = className;
  return element;
}

async function call(path, body) {
  const answer = await fetch(`/admin/api/${path}`, body && {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify(body),
  });
  const isJson = answer.headers.get('Content-Type')?.includes('json');
  const value = isJson ? await answer.json() : await answer.text();
  if (!answer.ok) throw new Error(isJson ? value.error : value);
  return value;
}

// Gauges -----------------------------------------------------------------------------------------------------------

const history = new Map();
let before = null;

const whole = (number) => Math.round(number).toLocaleString('en');
const mebibytes = (bytes) => `${(bytes / 1048576).toLocaleString('en', { maximumFractionDigits: 1 })} MiB`;
const milliseconds = (value) => (value === null ? '–' : `${value < 10 ? value.toFixed(2) : whole(value)} ms`);

/** The value below which a part of the requests since the last look stayed, from the counters of the histogram's buckets. */
function quantile(now, earlier, part) {
  const buckets = new Map();
  for (const [name, value] of Object.entries(now.metrics)) {
    const bound = /^mas_request_duration_seconds_bucket\{.*le="([^"]+)"/.exec(name)?.[1];
    if (bound) buckets.set(bound, (buckets.get(bound) ?? 0) + value - (earlier?.metrics[name] ?? 0));
  }
  const sorted = [...buckets].map(([bound, count]) => [bound === '+Inf' ? Infinity : Number(bound), count]).sort((a, b) => a[0] - b[0]);
  const all = sorted.at(-1)?.[1] ?? 0;
  if (all <= 0) return null;
  const bound = sorted.find(([, count]) => count >= all * part)[0];
  return (bound === Infinity ? sorted.at(-2)[0] : bound) * 1000;
}

function perSecond(now, earlier, read) {
  return earlier && now.at > earlier.at ? Math.max(0, (read(now) - read(earlier)) * 1000 / (now.at - earlier.at)) : null;
}

const waiting = (now) => now.inboxes.reduce((sum, inbox) => sum + inbox.waiting, 0);
const dead = (now) => now.inboxes.reduce((sum, inbox) => sum + inbox.dead, 0);

const GAUGES = [
  ['Sessions', (now) => now.sessions, whole],
  ['Messages and edits a second', (now, earlier) => perSecond(now, earlier, (one) => one.messages), (value) => value.toFixed(1)],
  ['Waiting in inboxes', waiting, whole, (value) => value > 1000],
  ['Dead letters', dead, whole, (value) => value > 0],
  ['Requests here, median', (now, earlier) => quantile(now, earlier, 0.5), milliseconds],
  ['Requests here, 99 %', (now, earlier) => quantile(now, earlier, 0.99), milliseconds],
  ['Redis round trip', (now) => now.redisMilliseconds, milliseconds, (value) => value > 50],
  ['Redis commands a second', (now) => now.redisCommandsPerSecond, whole],
  ['Redis memory', (now) => now.redisMemory, mebibytes, (value, now) => now.redisMemoryLimit > 0 && value > 0.85 * now.redisMemoryLimit],
  ['Memory of this server', (now) => now.serverMemory, mebibytes],
  ['IRC connected', (now) => now.irc.connected ?? 0, whole],
  ['IRC connecting', (now) => now.irc.connecting ?? 0, whole],
  ['IRC disconnected', (now) => now.irc.disconnected ?? 0, whole],
  ['Users', (now) => now.users, whole],
  ['Conversations', (now) => now.conversations, whole],
  ['Windows', (now) => now.windows, whole],
];

function line(points) {
  const svg = document.createElementNS('http://www.w3.org/2000/svg', 'svg');
  svg.setAttribute('viewBox', `0 0 ${KEPT_POINTS - 1} 30`);
  svg.setAttribute('preserveAspectRatio', 'none');
  svg.setAttribute('aria-hidden', 'true');
  const top = Math.max(...points, 1e-9);
  const drawn = document.createElementNS('http://www.w3.org/2000/svg', 'polyline');
  const first = KEPT_POINTS - points.length;
  drawn.setAttribute('points', points.map((value, i) => `${first + i},${(29 - 28 * value / top).toFixed(1)}`).join(' '));
  svg.append(drawn);
  return svg;
}

function showGauges(now) {
  byId('gauges').replaceChildren(...GAUGES.map(([title, read, format, isBad]) => {
    const value = read(now, before);
    const points = history.get(title) ?? [];
    points.push(value ?? 0);
    if (points.length > KEPT_POINTS) points.shift();
    history.set(title, points);
    const gauge = make('div', undefined, 'gauge');
    gauge.append(make('h3', title), make('p', value === null ? '–' : format(value), value !== null && isBad?.(value, now) ? 'bad' : ''), line(points));
    return gauge;
  }));
  byId('inboxes').tBodies[0].replaceChildren(...now.inboxes.map((inbox) => {
    const row = make('tr');
    row.append(
      make('td', inbox.endpoint), make('td', whole(inbox.waiting), 'number'), make('td', whole(inbox.dead), inbox.dead ? 'number bad' : 'number'),
      make('td', inbox.holder || 'nobody', inbox.holder ? '' : 'bad'));
    return row;
  }));
}

async function poll() {
  try {
    if (!document.hidden) {
      const now = await call('overview');
      showGauges(now);
      before = now;
      byId('state').textContent = `as of ${new Date(now.at).toLocaleTimeString()}`;
      byId('state').className = '';
    }
  } catch (error) {
    byId('state').textContent = `no answer: ${error.message}`;
    byId('state').className = 'bad';
  }
  setTimeout(poll, POLL_MS);
}

// Scripts ----------------------------------------------------------------------------------------------------------

let scripts = new Map();

/** Runs a script to its end, or until there are more rows than anybody reads. */
async function run(name, values) {
  let columns = [];
  const rows = [];
  let cursor = '0';
  do {
    const step = await call('run', { script: name, arguments: values, cursor });
    columns = step.columns;
    rows.push(...step.rows);
    cursor = step.next;
    // What acts on everybody has to come to its end; what only looks need not.
  } while (cursor && (scripts.get(name).writes || scripts.get(name).sortBy || rows.length < MOST_ROWS));
  const sort = columns.indexOf(scripts.get(name).sortBy);
  if (sort >= 0) rows.sort((one, other) => Number(other[sort]) - Number(one[sort]));
  return { columns, rows: rows.slice(0, MOST_ROWS), isCut: Boolean(cursor) || rows.length > MOST_ROWS };
}

function shown(column, cell) {
  if (!TIMES.has(column) || !/^-?\d+/.test(cell)) return cell;
  const seconds = Number(cell);
  if (seconds < 0) return 'never';
  return seconds === 0 && column === 'lastlogout' ? 'online' : new Date(seconds * 1000).toLocaleString();
}

function tableOf({ columns, rows, isCut }, actionsOf) {
  const frame = make('div', undefined, 'scroll');
  frame.tabIndex = 0;
  const table = make('table');
  const isNumber = columns.map((column, i) => !TIMES.has(column) && rows.length > 0 && rows.every((row) => /^\d+$/.test(row[i])));
  const head = make('tr');
  head.append(...columns.map((column, i) => {
    const cell = make('th', column, isNumber[i] ? 'number' : '');
    cell.scope = 'col';
    return cell;
  }));
  if (actionsOf) head.append(make('th', 'actions'));
  const top = make('thead');
  top.append(head);
  const body = make('tbody');
  for (const row of rows) {
    const line = make('tr');
    line.append(...row.map((cell, i) => make('td', shown(columns[i], cell), isNumber[i] ? 'number' : '')));
    if (actionsOf) {
      const cell = make('td');
      cell.append(...actionsOf(row).map(([text, name, ...values]) => {
        const button = make('button', text);
        button.type = 'button';
        button.addEventListener('click', () => carryOut(name, values));
        return button;
      }));
      line.append(cell);
    }
    body.append(line);
  }
  table.append(make('caption', rows.length === 0 ? 'nothing' : `${rows.length === 1 ? '1 row' : `${rows.length} rows`}${isCut ? ', and more: narrow the search, or use masctl' : ''}`), top, body);
  frame.append(table);
  return frame;
}

function isMeant(script, values) {
  if (!script.asks || (script.name === 'announce' && values[0] !== 'everybody')) return Promise.resolve(true);
  const dialog = byId('question');
  byId('question-text').textContent = `${script.name} ${values.join(' ')}: ${script.asks}. Go on?`;
  dialog.returnValue = 'no';
  dialog.showModal();
  return new Promise((resolve) => {
    dialog.addEventListener('close', () => resolve(dialog.returnValue === 'yes'), { once: true });
  });
}

async function carryOut(name, values) {
  const script = scripts.get(name);
  byId('message').textContent = '';
  if (!await isMeant(script, values)) return;
  try {
    const result = await run(name, values);
    byId('result').replaceChildren(make('h3', `${name} ${values.join(' ')}`), tableOf(result));
  } catch (error) {
    byId('result').replaceChildren();
    byId('message').textContent = `${name}: ${error.message}`;
  }
  byId('result').scrollIntoView({ block: 'nearest' });
  byId('result').focus({ preventScroll: true });
  if (script.writes) {
    showAudit();
    findUsers();
    findConversations();
  }
}

const userActions = ([id, , , , state]) => [
  ['Details', 'user', id], ['Windows', 'windows', id], ['Sessions', 'sessions', id],
  state === 'closed' ? ['Enable', 'enable', id] : ['Disable', 'disable', id],
  ...(state === 'online' ? [['End sessions', 'end-session', id]] : []),
];

const conversationActions = ([id, network, type]) => [
  ['Messages', 'messages', id, '100'],
  ...(network === 'MAS' ? [['Keep 100', 'trim', id, '100']] : []),
  ...(network === 'MAS' && type === 'group' ? [['Remove', 'group-remove', id]] : []),
];

async function find(form, name, target, actionsOf) {
  try {
    target.replaceChildren(tableOf(await run(name, [form.elements.text.value.trim()]), actionsOf));
  } catch (error) {
    target.replaceChildren(make('p', error.message, 'bad'));
  }
}

const findUsers = () => find(byId('users-form'), 'users', byId('users'), userActions);
const findConversations = () => find(byId('conversations-form'), 'conversations', byId('conversations'), conversationActions);

async function showAudit() {
  const entries = await call('audit');
  byId('audit').replaceChildren(tableOf({
    columns: ['when', 'who', 'from', 'what', 'result'],
    rows: entries.map((entry) => [new Date(entry.at).toLocaleString(), entry.who, entry.from, entry.what, entry.result]),
  }));
}

/** The words of a usage behind the script's name: [TEXT] may be left out, WHO may not. */
function argumentsOf(usage) {
  return [...usage.matchAll(/\[([^\]]*)\]|(\S+)/g)].slice(1)
    .map(([, optional, needed]) => ({ name: optional ?? needed, needed: optional === undefined }))
    .filter(({ name }) => !name.startsWith('--'));
}

function chooseScript() {
  const script = scripts.get(byId('action-form').elements.script.value);
  byId('purpose').textContent = script.purpose;
  byId('arguments').replaceChildren(...argumentsOf(script.usage).map(({ name, needed }) => {
    const label = make('label', name);
    const input = make('input');
    input.name = 'argument';
    input.required = needed;
    input.autocomplete = 'off';
    label.append(input);
    return label;
  }));
}

async function start() {
  for (const script of await call('scripts')) scripts.set(script.name, script);
  const form = byId('action-form');
  form.elements.script.append(...[...scripts.keys()].map((name) => make('option', name)));
  form.elements.script.addEventListener('change', chooseScript);
  chooseScript();
  form.addEventListener('submit', (event) => {
    event.preventDefault();
    carryOut(form.elements.script.value, [...form.querySelectorAll('[name=argument]')].map((input) => input.value));
  });
  for (const [id, submit] of [['users-form', findUsers], ['conversations-form', findConversations]]) {
    byId(id).addEventListener('submit', (event) => {
      event.preventDefault();
      submit();
    });
  }
  await Promise.all([findUsers(), findConversations(), showAudit(), poll()]);
}

start().catch((error) => {
  byId('state').textContent = error.message;
  byId('state').className = 'bad';
});

import { signal } from '@preact/signals';
import { language, t } from './index';

/** `auto` as the language does it. */
export type TimeFormat = 'auto' | '12' | '24';

const formats = new Map<string, Intl.DateTimeFormat>();

/** Formatters are expensive to make, and every message needs them. */
function formatter(options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat {
  const key = `${language.value} ${JSON.stringify(options)}`;
  let format = formats.get(key);
  if (!format) formats.set(key, (format = new Intl.DateTimeFormat(language.value, options)));
  return format;
}

/** The last formatted minute: most messages share it with the one before. */
class LastMinute {
  private key = '';
  private text = '';

  get(ts: number, format: TimeFormat, write: () => string): string {
    const key = `${language.value} ${format} ${Math.floor(ts / 60)}`;
    if (key !== this.key) {
      this.text = write();
      this.key = key;
    }
    return this.text;
  }
}

const lastClock = new LastMinute();
const lastShortClock = new LastMinute();
const lastFullTime = new LastMinute();
const lastMachineTime = new LastMinute();

export function clock(ts: number, format: TimeFormat): string {
  return lastClock.get(ts, format, () => clockFormatter(format).format(ts * 1000));
}

/** The same without "AM" and "PM", for where there is room for five characters. */
export function shortClock(ts: number, format: TimeFormat): string {
  return lastShortClock.get(ts, format, () =>
    clockFormatter(format)
      .formatToParts(ts * 1000)
      .filter(part => part.type !== 'dayPeriod')
      .map(part => part.value)
      .join('')
      .trim(),
  );
}

function clockFormatter(format: TimeFormat): Intl.DateTimeFormat {
  const options: Intl.DateTimeFormatOptions = { hour: 'numeric', minute: '2-digit' };
  if (format !== 'auto') options.hourCycle = format === '12' ? 'h12' : 'h23';
  return formatter(options);
}

/** Day and time, for tooltips and screen readers. */
export function fullTime(ts: number, format: TimeFormat): string {
  return lastFullTime.get(
    ts,
    format,
    () => `${formatter({ dateStyle: 'full' }).format(ts * 1000)}, ${clock(ts, format)}`,
  );
}

/** A time in unix seconds, to the minute, as programs read it. */
export function machineTime(ts: number): string {
  return lastMachineTime.get(ts, 'auto', () => new Date(Math.floor(ts / 60) * 60_000).toISOString());
}

/** Now, as exactly as the names of days need it: it changes at midnight. */
const today = signal(Date.now());

/** Keeps the names of days right in a page that is open over midnight. */
export function watchMidnight(): void {
  setInterval(() => {
    if (startOfDay(Date.now()) !== startOfDay(today.peek())) today.value = Date.now();
  }, 30_000);
}

/** "Today", "Yesterday", or the date. */
export function dayName(ts: number, now: number = today.value): string {
  const days = Math.round((startOfDay(now) - startOfDay(ts * 1000)) / 86_400_000);
  if (days === 0) return t('timeline.today');
  if (days === 1) return t('timeline.yesterday');
  const sameYear = new Date(now).getFullYear() === new Date(ts * 1000).getFullYear();
  return formatter({ weekday: 'long', day: 'numeric', month: 'long', ...(sameYear ? {} : { year: 'numeric' }) }).format(
    ts * 1000,
  );
}

/** How long ago a time in unix seconds was, roughly: "3 hours ago". */
export function ago(ts: number, now: number = Date.now()): string {
  const seconds = Math.round(ts - now / 1000);
  const relative = new Intl.RelativeTimeFormat(language.value, { numeric: 'auto' });
  const past = Math.abs(seconds);
  if (past < 3600) return relative.format(Math.round(seconds / 60), 'minute');
  if (past < 86_400) return relative.format(Math.round(seconds / 3600), 'hour');
  return relative.format(Math.round(seconds / 86_400), 'day');
}

/** A text that is the same for all times of one local day. */
export function dayKey(ts: number): string {
  const date = new Date(ts * 1000);
  return `${date.getFullYear()}-${date.getMonth() + 1}-${date.getDate()}`;
}

function startOfDay(ms: number): number {
  const date = new Date(ms);
  return new Date(date.getFullYear(), date.getMonth(), date.getDate()).getTime();
}

// Times as people read them.
const two = n => String(n).padStart(2, "0");

export function clock(ms) {
  const d = new Date(ms);
  return `${two(d.getHours())}:${two(d.getMinutes())}`;
}

export function clockWithSeconds(ms) {
  return `${clock(ms)}:${two(new Date(ms).getSeconds())}`;
}

export function clockWithMillis(ms) {
  return `${clockWithSeconds(ms)}.${String(new Date(ms).getMilliseconds()).padStart(3, "0")}`;
}

const styles = {
  date_short: { month: "short", day: "numeric" },
  date: { dateStyle: "medium" },
  week: { weekday: "long" },
  week_short: { weekday: "short" },
  timezone: { timeZoneName: "longOffset" },
};

/** The platform's <local_datetime>; without a format it shows the date in numbers. */
export function localDatetime(ms, format) {
  if (format === "time") return clock(ms);
  if (format === "time_sec") return clockWithSeconds(ms);
  const d = new Date(ms);
  if (format === "timezone") return new Intl.DateTimeFormat("en", styles.timezone).formatToParts(d).find(part => part.type === "timeZoneName").value;
  if (Object.hasOwn(styles, format ?? "")) return new Intl.DateTimeFormat(undefined, styles[format]).format(d);
  return `${d.getFullYear()}-${two(d.getMonth() + 1)}-${two(d.getDate())}`;
}

export function span(ms) {
  const s = Math.max(0, Math.floor(ms / 1000));
  if (s < 60) return `${s} s`;
  if (s < 3600) return `${Math.floor(s / 60)} min ${two(s % 60)} s`;
  return `${Math.floor(s / 3600)} h ${two(Math.floor(s / 60) % 60)} min`;
}

export function size(bytes) {
  if (bytes < 1000) return `${bytes} B`;
  if (bytes < 1_000_000) return `${(bytes / 1000).toFixed(1)} KB`;
  return `${(bytes / 1_000_000).toFixed(1)} MB`;
}

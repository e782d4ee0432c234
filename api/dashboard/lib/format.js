// Numbers, dates and enum values as people read them, in the workspace's time zone.

/** @import { Model } from "../types.js" */

let zone = "UTC";

/**
 * Set the time zone of every date that is formatted after this.
 * @param {string} name
 */
export function useTimeZone(name) {
  zone = name;
}

export const timeZone = () => zone;

/**
 * 0.8312 → “83 %”; extremes are shown as bounds, because no estimate is certain.
 * @param {number | null | undefined} share
 */
export function percent(share) {
  if (share === null || share === undefined) return "–";
  if (share > 0 && share < 0.01) return "< 1 %";
  if (share < 1 && share > 0.99) return "> 99 %";
  return `${Math.round(share * 100)} %`;
}

/**
 * A probability; unlike a share it is never shown as 0 % or 100 %.
 * @param {number | null | undefined} value
 */
export function probabilityText(value) {
  if (value === 1) return "> 99 %";
  return value === 0 ? "< 1 %" : percent(value);
}

/**
 * A number, with one decimal when it is small and not whole.
 * @param {number | null | undefined} value
 * @param {number} [decimals]
 */
export function number(value, decimals) {
  if (value === null || value === undefined) return "–";
  const hasDecimal = !Number.isInteger(value) && Math.abs(value) < 10;
  const digits = decimals ?? (hasDecimal ? 1 : 0);
  return value.toLocaleString("en-GB", { minimumFractionDigits: digits, maximumFractionDigits: digits });
}

/**
 * An estimated number of recurrences: whole, in tens from a hundred on.
 * @param {number} amount
 */
export function amount(amount) {
  if (amount < 0.5) return "under 1";
  return number(amount < 100 ? Math.round(amount) : 10 * Math.round(amount / 10));
}

/**
 * “14 to 27”.
 * @param {number} low
 * @param {number} high
 */
export const amountsBetween = (low, high) =>
  `${low < 0.5 ? "0" : amount(low)} to ${high < 0.5 ? "1" : amount(high)}`;

/**
 * “3 issues”, “1 issue”.
 * @param {number} count
 * @param {string} noun
 * @param {string} [plural]
 */
export function pluralize(count, noun, plural = `${noun}s`) {
  return `${number(count)} ${count === 1 ? noun : plural}`;
}

/**
 * @param {Date | number} moment
 * @param {Intl.DateTimeFormatOptions} options
 * @param {string} [timeZoneName]
 */
function formatDate(moment, options, timeZoneName = zone) {
  return new Intl.DateTimeFormat("en-GB", { timeZone: timeZoneName, ...options }).format(moment);
}

/**
 * An instant → “25 Nov 2026”.
 * @param {string | null | undefined} instant
 */
export function day(instant) {
  return instant ? formatDate(new Date(instant), { day: "numeric", month: "short", year: "numeric" }) : "–";
}

/**
 * An instant → “25 Nov 2026, 14:05”.
 * @param {string | null | undefined} instant
 */
export function minute(instant) {
  /** @type {Intl.DateTimeFormatOptions} */
  const time = { day: "numeric", month: "short", year: "numeric", hour: "2-digit", minute: "2-digit" };
  return instant ? formatDate(new Date(instant), time) : "–";
}

/**
 * A calendar day “2026-11-25” → “25 Nov”; it is the same day in every zone.
 * @param {string | null | undefined} date
 * @param {boolean} [withYear]
 */
export function dayOf(date, withYear = false) {
  if (!date) return "–";
  /** @type {Intl.DateTimeFormatOptions} */
  const year = withYear ? { year: "numeric" } : {};
  return formatDate(new Date(`${date}T00:00:00Z`), { day: "numeric", month: "short", ...year }, "UTC");
}

const MAX_DAYS_OF_A_DATE = 14;

/**
 * Whether the 80 % interval of the next date is too wide for one date to be shown.
 * @param {Pick<Model<"Prediction">, "next_date_low" | "next_date_high">} options
 */
export function isWide({ next_date_low: low, next_date_high: high }) {
  return !low || !high || (Date.parse(high) - Date.parse(low)) / 86_400_000 > MAX_DAYS_OF_A_DATE;
}

/**
 * A calendar day “2026-11-25” → “Wed”.
 * @param {string} date
 */
export const weekdayOf = (date) => WEEKDAYS[(new Date(`${date}T00:00:00Z`).getUTCDay() + 6) % 7];

/** Today as “2026-11-25”, in the workspace's zone; or the day of another instant. */
export const today = (instant = Date.now()) =>
  new Intl.DateTimeFormat("en-CA", {
    timeZone: zone,
    year: "numeric",
    month: "2-digit",
    day: "2-digit",
  }).format(instant);

/**
 * When a calendar day begins in the workspace's zone, as an instant.
 * @param {string} date
 */
export function startOfDay(date) {
  const midnight = Date.parse(`${date}T00:00:00Z`);
  const guess = midnight - offsetAt(midnight);
  return new Date(midnight - offsetAt(guess)).toISOString();
}

/**
 * How many milliseconds the workspace's zone is ahead of UTC at an instant.
 * @param {number} instant
 */
function offsetAt(instant) {
  /** @type {Intl.DateTimeFormatOptions} */
  const fields = {
    year: "numeric",
    month: "numeric",
    day: "numeric",
    hour: "numeric",
    minute: "numeric",
    second: "numeric",
  };
  const parts = new Intl.DateTimeFormat("en-GB", {
    timeZone: zone,
    hourCycle: "h23",
    ...fields,
  }).formatToParts(instant);
  /** @param {Intl.DateTimeFormatPartTypes} type */
  const value = (type) => Number(parts.find((part) => part.type === type)?.value);
  const local = Date.UTC(
    value("year"),
    value("month") - 1,
    value("day"),
    value("hour"),
    value("minute"),
    value("second"),
  );
  return local - Math.floor(instant / 1000) * 1000;
}

/**
 * The day after a calendar day.
 * @param {string} date
 */
export const dayAfter = (date) =>
  new Date(Date.parse(`${date}T00:00:00Z`) + 86_400_000).toISOString().slice(0, 10);

/**
 * An instant to the minute with its zone, and in UTC as programs write it.
 * @param {string | null | undefined} instant
 */
export const exact = (instant) =>
  instant ? `${minute(instant)} ${zone} · ${new Date(instant).toISOString().replace(/\.\d+Z$/, "Z")}` : "";

/**
 * A span in seconds → “2.5 hours”.
 * @param {number | null | undefined} seconds
 */
export function duration(seconds) {
  if (seconds === null || seconds === undefined) return "–";
  /** @type {[seconds: number, name: string][]} */
  const units = [
    [86400, "day"],
    [3600, "hour"],
    [60, "minute"],
    [1, "second"],
  ];
  const [size, name] = units.find(([size]) => seconds >= size) ?? units[units.length - 1];
  const exactly = seconds / size;
  const value = exactly < 10 ? Math.round(exactly * 10) / 10 : Math.round(exactly);
  return `${number(value, Number.isInteger(value) ? 0 : 1)} ${name}${value === 1 ? "" : "s"}`;
}

/**
 * An instant → “3 hours ago”.
 * @param {string | null | undefined} instant
 */
export function ago(instant) {
  if (!instant) return "never";
  const seconds = (Date.parse(instant) - Date.now()) / 1000;
  /** @type {[unit: Intl.RelativeTimeFormatUnit, seconds: number][]} */
  const units = [
    ["day", 86400],
    ["hour", 3600],
    ["minute", 60],
  ];
  const [unit, size] =
    units.find(([, size]) => Math.abs(seconds) >= size) ?? /** @type {const} */ (["second", 1]);
  if (unit === "second") return seconds > 0 ? "in a moment" : "just now";
  return new Intl.RelativeTimeFormat("en-GB", { numeric: "auto" }).format(Math.round(seconds / size), unit);
}

/**
 * `quick_win` → “quick win”.
 * @param {unknown} value
 */
export const plain = (value) => String(value ?? "").replaceAll("_", " ");

/**
 * A template for people: `<*>` → “…”.
 * @param {string} text
 */
export const readable = (text) => text.replaceAll("<*>", "…");

/**
 * Any value that a fingerprint or a reason may hold, as one line of text.
 * @param {unknown} value
 * @returns {string}
 */
export function asText(value) {
  if (value === null || value === undefined) return "–";
  if (typeof value === "number") return number(value, Number.isInteger(value) ? 0 : 2);
  if (Array.isArray(value)) return value.map(asText).join(", ");
  if (typeof value === "object")
    return Object.entries(value)
      .map(([key, item]) => `${plain(key)}: ${asText(item)}`)
      .join(" · ");
  return readable(String(value));
}

/**
 * Why an issue belongs to its pattern, in words.
 * @param {unknown} reason
 */
export const reasonText = (reason) =>
  asText(reason && typeof reason === "object" && "text" in reason ? reason.text : reason);

/** @type {[minimum: number, band: string][]} */
const BANDS = [
  [90, "critical"],
  [70, "high"],
  [40, "medium"],
  [0, "low"],
];

/**
 * The band of a risk score.
 * @param {number} score
 */
export const band = (score) => BANDS.find(([minimum]) => score >= minimum)?.[1] ?? "low";

export const WEEKDAYS = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"];

// From one calendar day to another, as people write it.

import { dayOf } from "./format.js";

/**
 * Two calendar days → “23–29 Nov 2026”, “30 Nov – 6 Dec 2026”.
 * @param {string} first
 * @param {string} last
 */
export function daysFrom(first, last) {
  const months = [first, last].map((date) => date.slice(0, 7));
  if (first === last) return dayOf(last, true);
  return months[0] === months[1]
    ? `${Number(first.slice(8))}–${dayOf(last, true)}`
    : `${dayOf(first, first.slice(0, 4) !== last.slice(0, 4))} – ${dayOf(last, true)}`;
}

// Walking through a list with the keyboard, in which nothing may be selected yet.

/**
 * The index one step further, within the list; -1 as the present one: the first, or going back the last.
 * @param {number} present
 * @param {number} step
 * @param {number} length
 */
export function nextIndex(present, step, length) {
  if (present >= 0) return Math.min(length - 1, Math.max(0, present + step));
  return step > 0 ? 0 : length - 1;
}

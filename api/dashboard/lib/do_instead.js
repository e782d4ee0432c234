// What a key does here, instead of what it does elsewhere.

/**
 * @param {Event} event
 * @param {() => void} run
 */
export function doInstead(event, run) {
  event.preventDefault();
  run();
}

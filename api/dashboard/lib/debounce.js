// Waiting until somebody has stopped typing.

/**
 * A function that acts once it has not been called for so many milliseconds.
 * @param {() => void} act
 * @param {number} milliseconds
 */
export function debounce(act, milliseconds) {
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let timer;
  return () => {
    clearTimeout(timer);
    timer = setTimeout(act, milliseconds);
  };
}

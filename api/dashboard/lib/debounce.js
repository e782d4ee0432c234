// Waiting until somebody has stopped typing.

/** A function that acts once it has not been called for so many milliseconds. */
export function debounce(act, milliseconds) {
  let timer;
  return () => {
    clearTimeout(timer);
    timer = setTimeout(act, milliseconds);
  };
}

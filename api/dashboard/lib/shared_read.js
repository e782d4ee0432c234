// One read whose result several sections of a screen display.

/**
 * Read once for several sections, and again after a failure.
 * @template T
 * @param {() => Promise<T>} read
 */
export function share(read) {
  /** @type {Promise<T> | null} */
  let reading = null;
  return () => {
    reading ??= read().catch((error) => {
      reading = null;
      throw error;
    });
    return reading;
  };
}

// Follows /v1/stream with fetch, because EventSource cannot send the Authorization header.

import { ApiError, open } from "./client.js";

/** @typedef {"live" | "reconnecting" | "off"} StreamState */

const MIN_RETRY_DELAY = 1_000;
const MAX_RETRY_DELAY = 60_000;

/**
 * Call `onChange` with each change and `onState` with live, reconnecting or off, until the signal aborts.
 * @param {(change: unknown) => void} onChange
 * @param {(state: StreamState) => void} onState
 * @param {AbortSignal} signal
 */
export async function follow(onChange, onState, signal) {
  const position = { lastEventId: "", retryDelay: MIN_RETRY_DELAY };
  while (!signal.aborted) {
    try {
      const response = await connect(position.lastEventId, signal);
      if (response.status === 401 || response.status === 403) return onState("off");
      if (response.ok && response.body) await readEvents(response.body, position, onChange, onState);
    } catch (error) {
      if (!signal.aborted && !isLostConnection(error)) throw error;
    }
    if (!signal.aborted) onState("reconnecting");
    await pause(position.retryDelay, signal);
    position.retryDelay = Math.min(position.retryDelay * 2, MAX_RETRY_DELAY);
  }
}

/**
 * @param {string} lastEventId
 * @param {AbortSignal} signal
 */
function connect(lastEventId, signal) {
  return open(
    "/v1/stream",
    { Accept: "text/event-stream", ...(lastEventId && { "Last-Event-ID": lastEventId }) },
    signal,
  );
}

/**
 * @param {ReadableStream<Uint8Array<ArrayBuffer>>} body
 * @param {{ lastEventId: string, retryDelay: number }} position
 * @param {(change: unknown) => void} onChange
 * @param {(state: StreamState) => void} onState
 */
async function readEvents(body, position, onChange, onState) {
  onState("live");
  position.retryDelay = MIN_RETRY_DELAY;
  for await (const event of events(body)) {
    const isFirst = position.lastEventId === "";
    position.lastEventId = event.id || position.lastEventId;
    if (event.name === "change" && !isFirst) onChange(JSON.parse(event.data));
  }
}

/**
 * Browsers report a broken connection as a TypeError.
 * @param {unknown} error
 */
const isLostConnection = (error) => error instanceof ApiError || error instanceof TypeError;

/** @param {ReadableStream<Uint8Array<ArrayBuffer>>} body */
async function* events(body) {
  const reader = body.pipeThrough(new TextDecoderStream()).getReader();
  let rest = "";
  for (;;) {
    const { value, done } = await reader.read();
    if (done) return;
    const blocks = (rest + value).replaceAll("\r\n", "\n").split("\n\n");
    rest = blocks.pop() ?? "";
    yield* blocks.map(parseEvent).filter((event) => event.data);
  }
}

/** @param {string} block */
function parseEvent(block) {
  const event = { id: "", name: "message", data: "" };
  for (const line of block.split("\n")) {
    const [, field, value] = /^(\w*): ?(.*)$/.exec(line) ?? [];
    if (field === "id") event.id = value;
    if (field === "event") event.name = value;
    if (field === "data") event.data += value;
  }
  return event;
}

/**
 * @param {number} milliseconds
 * @param {AbortSignal} signal
 */
function pause(milliseconds, signal) {
  return /** @type {Promise<void>} */ (
    new Promise((resolve) => {
      const timer = setTimeout(resolve, milliseconds);
      signal.addEventListener(
        "abort",
        () => {
          clearTimeout(timer);
          resolve();
        },
        { once: true },
      );
    })
  );
}

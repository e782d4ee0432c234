// Follows /v1/stream with fetch, because EventSource cannot send the Authorization header.

import { Refusal, open } from "./client.js";

const SHORTEST_WAIT = 1_000;
const LONGEST_WAIT = 60_000;

/** Calls `onChange` with the pulse and `onState` with live, waiting or off, until the signal ends it. */
export async function follow(onChange, onState, signal) {
  const heard = { last: "", wait: SHORTEST_WAIT };
  while (!signal.aborted) {
    try {
      const response = await connect(heard.last, signal);
      if (response.status === 401 || response.status === 403) return onState("off");
      if (response.ok) await hear(response, heard, onChange, onState);
    } catch (error) {
      if (!signal.aborted && !isLostConnection(error)) throw error;
    }
    if (!signal.aborted) onState("waiting");
    await pause(heard.wait, signal);
    heard.wait = Math.min(heard.wait * 2, LONGEST_WAIT);
  }
}

function connect(last, signal) {
  return open("/v1/stream", { Accept: "text/event-stream", ...(last && { "Last-Event-ID": last }) }, signal);
}

async function hear(response, heard, onChange, onState) {
  onState("live");
  heard.wait = SHORTEST_WAIT;
  for await (const event of events(response.body)) {
    const isFirst = heard.last === "";
    heard.last = event.id || heard.last;
    if (event.name === "change" && !isFirst) onChange(JSON.parse(event.data));
  }
}

/** Browsers tell a connection that broke off as a TypeError. */
const isLostConnection = (error) => error instanceof Refusal || error instanceof TypeError;

async function* events(body) {
  const reader = body.pipeThrough(new TextDecoderStream()).getReader();
  let rest = "";
  for (;;) {
    const { value, done } = await reader.read();
    if (done) return;
    const blocks = (rest + value).replaceAll("\r\n", "\n").split("\n\n");
    rest = blocks.pop();
    yield* blocks.map(read).filter((event) => event.data);
  }
}

function read(block) {
  const event = { id: "", name: "message", data: "" };
  for (const line of block.split("\n")) {
    const [, field, value] = /^(\w*): ?(.*)$/.exec(line) ?? [];
    if (field === "id") event.id = value;
    if (field === "event") event.name = value;
    if (field === "data") event.data += value;
  }
  return event;
}

function pause(milliseconds, signal) {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, milliseconds);
    signal.addEventListener("abort", () => (clearTimeout(timer), resolve()), { once: true });
  });
}

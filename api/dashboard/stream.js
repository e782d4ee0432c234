// Follows /v1/stream with fetch, because EventSource cannot send the Authorization header.

import { open } from "./client.js";

const LONGEST_WAIT = 60_000;

/** Calls `onChange` with the pulse and `onState` with live/waiting until the signal ends it. */
export async function follow(onChange, onState, signal) {
  let last = "";
  let wait = 1_000;
  while (!signal.aborted) {
    try {
      const headers = { Accept: "text/event-stream", ...(last && { "Last-Event-ID": last }) };
      const response = await open("/v1/stream", headers, signal);
      if (response.status === 401 || response.status === 403) return onState("off");
      if (!response.ok) throw new Error(`the stream answered ${response.status}`);
      onState("live");
      wait = 1_000;
      for await (const event of events(response.body)) {
        const first = last === "";
        last = event.id || last;
        if (event.name === "change" && !first) onChange(JSON.parse(event.data));
      }
    } catch {
      if (signal.aborted) return;
    }
    onState("waiting");
    await pause(wait, signal);
    wait = Math.min(wait * 2, LONGEST_WAIT);
  }
}

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

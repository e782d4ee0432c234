// How to connect a type of tool, as its declaration tells.

import { get } from "../../lib/client.js";
import { externalLink, h } from "../../lib/elements.js";
import { part } from "../../lib/states.js";

/**
 * Opened on demand: credentials and their least rights, what is read, how it ends, what is not read.
 * @param {{ type: string, title: string, is_custom: boolean }} tool
 * @param {AbortSignal} [signal]
 */
export function guideOf(tool, signal) {
  if (tool.is_custom) return null;
  const details = h("details", {}, h("summary", {}, `How ${tool.title} is connected and read`));
  details.addEventListener(
    "toggle",
    () => details.childElementCount === 1 && details.append(part("the guide", () => read(tool.type, signal))),
  );
  return details;
}

/**
 * @param {string} connector_type
 * @param {AbortSignal} [signal]
 */
async function read(connector_type, signal) {
  const guide = await get("/v1/connectors/catalog/{connector_type}", { connector_type }, {}, signal);
  return h(
    "div",
    { class: "prose" },
    h(
      "dl",
      { class: "guide" },
      guide.sections.map(({ title, lines }) => [
        h("dt", {}, title),
        lines.map((line) => h("dd", {}, wordsOf(line))),
      ]),
    ),
    h("p", {}, externalLink(guide.docs_url, `The documentation of ${guide.title}`)),
  );
}

/**
 * The marks for names and code as elements.
 * @param {string} line
 */
const wordsOf = (line) =>
  line.split(/(`[^`]+`|\*\*[^*]+\*\*|\*[^*]+\*)/).map((word) => {
    if (word.startsWith("`")) return h("code", {}, word.slice(1, -1));
    if (word.startsWith("**")) return h("strong", {}, word.slice(2, -2));
    if (word.startsWith("*") && word.endsWith("*") && word.length > 2) return h("em", {}, word.slice(1, -1));
    return word;
  });

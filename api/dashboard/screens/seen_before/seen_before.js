// Have I seen this before: a pasted failure, and which patterns it may repeat, what fixed them, and whether it held.

import { post } from "../../lib/client.js";
import { h } from "../../lib/elements.js";
import { form } from "../../lib/form.js";
import { answerSections } from "./answer.js";

/** @import { Field, FormValues, ScreenContext } from "../../types.js" */

/** @type {Field[]} */
const FIELDS = [
  {
    name: "text",
    label: "What failed",
    kind: "textarea",
    rows: 8,
    required: true,
    maxlength: 100000,
    help: "Words, a log line, a stack trace or the JSON body of an alert.",
  },
  { name: "service", label: "Service", maxlength: 300 },
  { name: "environment", label: "Environment", maxlength: 300 },
];

/** @param {ScreenContext} context */
export async function showSeenBefore({ query }) {
  /** @type {HTMLElement[]} */
  let answer = [];
  const fields = FIELDS.map((field) => ({ ...field, value: query[field.name] }));
  /** @param {FormValues} values */
  const send = (values) => post("/v1/seen-before", {}, values);
  const screen = h(
    "div",
    { class: "screen", "aria-live": "polite", "data-title": "Have I seen this before?" },
    h("h1", {}, "Have I seen this before?"),
    h(
      "p",
      { class: "lead" },
      "Paste a failure: which pattern it repeats, how earlier ones ended, and whether their fixes held. Nothing is stored.",
    ),
    form({
      id: "seen-before",
      fields,
      verb: "Ask",
      send,
      onDone: (seen) => {
        for (const part of answer) part.remove();
        answer = answerSections(seen);
        screen.append(...answer);
      },
    }),
  );
  return screen;
}

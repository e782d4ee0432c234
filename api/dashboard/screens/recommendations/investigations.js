// What to find out about patterns, three at most, and the patterns for which it is not known what to do.

import { get, patch } from "../../lib/client.js";
import { facts, h, link, section } from "../../lib/elements.js";
import { day, pluralize } from "../../lib/format.js";
import { patternLink } from "../../lib/names.js";
import { action, empty, partSection } from "../../lib/states.js";
import { undoNotice } from "../../lib/undo.js";
import { InvestigationResult } from "../../lib/vocabulary.js";

/** @import { Model } from "../../types.js" */
/** @typedef {Model<"Investigation">} Investigation */

/**
 * What is to be found out now.
 * @param {boolean} canWrite
 * @param {() => void} reload
 * @param {AbortSignal} signal
 */
export async function readInvestigations(canWrite, reload, signal) {
  const open = await get("/v1/investigations", {}, { status: ["open"], limit: 10 }, signal);
  if (!open.data.length) return null;
  return h(
    "div",
    {},
    open.data.map((each) => investigationCard(each, canWrite, reload)),
  );
}

/**
 * What was found out about a pattern, and what is to be.
 * @param {string} patternId
 * @param {boolean} canWrite
 * @param {() => void} reload
 * @param {AbortSignal} signal
 */
export async function readInvestigationsOf(patternId, canWrite, reload, signal) {
  const of = await get("/v1/investigations", {}, { pattern_id: patternId, limit: 10 }, signal);
  if (!of.data.length) return null;
  return h(
    "div",
    {},
    of.data.map((each) => investigationCard(each, canWrite, reload)),
  );
}

/**
 * @param {Investigation} investigation
 * @param {boolean} canWrite
 * @param {() => void} reload
 */
function investigationCard(investigation, canWrite, reload) {
  const isOpen = investigation.status === "open";
  return h(
    "article",
    { class: "proof" },
    h("h3", {}, link(`/patterns/${investigation.pattern_id}`, investigation.title)),
    facts([
      ["Note", investigation.to_note],
      ["It tells apart", `${investigation.first_cause} or ${investigation.second_cause}`],
      ["Found out", isOpen ? null : decisionText(investigation)],
    ]),
    isOpen
      ? h(
          "ol",
          { class: "plan" },
          investigation.steps.map((step) => h("li", {}, step)),
        )
      : null,
    isOpen && canWrite ? decisionForm(investigation, reload) : null,
  );
}

/**
 * The cause that a result names, in words.
 * @param {Pick<Investigation, "first_cause" | "second_cause">} investigation
 * @param {NonNullable<Investigation["result"]>} result
 */
const resultText = ({ first_cause, second_cause }, result) =>
  [first_cause, second_cause][InvestigationResult.values.indexOf(result)] ??
  InvestigationResult.labels[result];

/** @param {Investigation} investigation */
function decisionText({ status, result, note, first_cause, second_cause, decided_by_name, decided_at }) {
  const found =
    status === "dismissed" || result === null
      ? "dismissed"
      : resultText({ first_cause, second_cause }, result);
  const when = decided_at ? ` on ${day(decided_at)}` : "";
  return `${found}, by ${decided_by_name ?? "somebody who has left"}${when}${note ? `: ${note}` : ""}`;
}

/**
 * @param {Investigation} investigation
 * @param {() => void} reload
 */
function decisionForm(investigation, reload) {
  const note = h("input", {
    ...{ type: "text", size: 26 },
    maxlength: 5000,
    placeholder: "What you noticed (optional)",
    "aria-label": `Note on ${investigation.title}`,
  });
  /** @param {Model<"InvestigationDecision">} body */
  const send = (body) =>
    patch("/v1/investigations/{investigation_id}", { investigation_id: investigation.id }, body);
  const reopen = () => send({ status: "open" }).then(reload);
  /**
   * @param {Model<"InvestigationDecision">} decision
   * @param {string} text
   */
  const decide = (decision, text) => async () => {
    const written = note.value.trim();
    const body = written ? { ...decision, note: written } : decision;
    await send(body);
    reload();
    undoNotice(text, reopen, "It is open again.");
  };
  return h(
    "div",
    { class: "actions" },
    note,
    InvestigationResult.values.map((result) =>
      action(
        `It is ${resultText(investigation, result)}`,
        decide({ status: "done", result }, "Recorded. The next run takes it as evidence."),
      ),
    ),
    action("Dismiss", decide({ status: "dismissed" }, "Dismissed: it is not offered again."), {
      label: `Dismiss: ${investigation.title}`,
    }),
  );
}

const NAMED = 20;

/**
 * The patterns for which it is not known what to do, and what they have in common.
 * @param {AbortSignal} signal
 */
export async function readUnexplained(signal) {
  const { patterns, traits, endings, computed_at } = await get(
    "/v1/investigations/unexplained",
    {},
    {},
    signal,
  );
  if (!computed_at) return null;
  if (!patterns.length)
    return empty("Every pattern that recurs has a suggested fix, or something to find out first.");
  return h(
    "div",
    {},
    h(
      "ul",
      { class: "rows" },
      patterns
        .slice(0, NAMED)
        .map((pattern) =>
          h(
            "li",
            {},
            patternLink(pattern.id, pattern.name),
            h("span", { class: "quiet" }, ` ${pluralize(pattern.issue_count, "issue")}`),
          ),
        ),
    ),
    patterns.length > NAMED ? h("p", { class: "quiet" }, `and ${patterns.length - NAMED} more`) : null,
    listUnder("What ended them before", endings),
    listUnder("What their issues have in common", traits),
  );
}

/**
 * Sentences under a heading of their own; nothing where there are none.
 * @param {string} title
 * @param {readonly string[]} sentences
 */
const listUnder = (title, sentences) =>
  sentences.length
    ? section(
        title,
        { level: "h3", className: "under-list" },
        h(
          "ul",
          { class: "rows" },
          sentences.map((sentence) => h("li", {}, `${sentence}.`)),
        ),
      )
    : null;

/**
 * A section that stands below the ranked fixes, unless there is nothing in it.
 * @param {string} title
 * @param {string} lead
 * @param {string} what
 * @param {() => Promise<HTMLElement | null>} read
 */
export const adviceSection = (title, lead, what, read) =>
  partSection(title, what, async () => {
    const content = await read();
    return content && h("div", {}, h("p", { class: "quiet" }, lead), content);
  });

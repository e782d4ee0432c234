// One recommendation: why, the plan to tick off, how far it is, and what people noted.

import { intervalMark } from "../charts/axes.js";
import { get, patch } from "../lib/client.js";
import { h, section, to } from "../lib/elements.js";
import { ago, minute, number, plain } from "../lib/format.js";
import { action, empty, notice, partSection } from "../lib/states.js";
import { proofSection } from "./proof.js";
import { effortAndImpact, loops, statusMark } from "./recommendations.js";
import { ticketSection } from "./ticket.js";

const STATUSES = ["pending", "in_progress", "implemented", "dismissed"];

export async function showRecommendation({ id, me, signal, reload }) {
  const one = await get("/v1/recommendations/{recommendation_id}", { recommendation_id: id }, {}, signal);
  const mayWrite = me.role !== "viewer";
  return h(
    "article",
    { class: "screen", "data-title": one.title },
    h(
      "p",
      { class: "trail" },
      to("/", "Overview"),
      " / recommendation ",
      one.rank ? `#${one.rank}` : "without rank",
    ),
    h("h1", {}, one.title),
    h(
      "p",
      { class: "under-title" },
      statusMark(one.status),
      " · ",
      effortAndImpact(one),
      ` · computed ${ago(one.computed_at)}`,
    ),
    h(
      "div",
      { class: "columns" },
      h("div", {}, whySection(one), planSection(one, mayWrite, reload), notesSection(one, mayWrite, reload)),
      h(
        "div",
        {},
        mayWrite ? statusSection(one, reload) : null,
        patternsSection(one, signal),
        proofSection(one),
        ticketSection(one, mayWrite, reload, signal),
      ),
    ),
  );
}

function whySection(one) {
  return section(
    "Why",
    {},
    h(
      "p",
      { class: "answer-figure" },
      h("strong", {}, loops(one)),
      " recurrences prevented in 90 days if it holds ",
      intervalMark(
        one.expected_low,
        one.expected_loops_prevented,
        one.expected_high,
        Math.max(0.1, one.expected_high),
      ),
      h(
        "span",
        { class: "quiet" },
        ` 80 % interval ${number(one.expected_low, 1)} to ${number(one.expected_high, 1)}`,
      ),
    ),
    h("p", { class: "prose" }, one.rationale),
  );
}

function planSection(one, mayWrite, reload) {
  const done = one.steps.filter((step) => step.done).length;
  const tick = (step) => async (event) => {
    event.target.disabled = true;
    try {
      await patch(
        "/v1/recommendations/{recommendation_id}",
        { recommendation_id: one.id },
        { step: step.index, step_done: event.target.checked },
      );
      reload();
    } catch (error) {
      notice(error.message, "refused");
      event.target.checked = step.done;
      event.target.disabled = false;
    }
  };
  const item = (step) =>
    h(
      "li",
      {},
      h(
        "label",
        { class: step.done ? "done" : null },
        h("input", { type: "checkbox", checked: step.done, disabled: !mayWrite, onchange: tick(step) }),
        h(
          "span",
          {},
          step.text,
          step.done ? h("span", { class: "quiet" }, ` – ticked ${ago(step.changed_at)}`) : null,
        ),
      ),
    );
  return section(
    "Plan",
    { beside: h("span", { class: "quiet" }, `${done} of ${one.steps.length} done`) },
    h("ol", { class: "plan" }, one.steps.map(item)),
  );
}

function statusSection(one, reload) {
  const select = h(
    "select",
    { id: "status" },
    STATUSES.map((status) => h("option", { value: status, selected: status === one.status }, plain(status))),
  );
  const date = h("input", { id: "fixed-at", type: "date", max: new Date().toISOString().slice(0, 10) });
  const when = h(
    "div",
    { class: "field", hidden: true },
    h("label", { for: "fixed-at" }, "In force since"),
    date,
    h("p", { class: "help" }, "Empty: now. The proof compares before and after this day."),
  );
  select.addEventListener(
    "change",
    () => (when.hidden = select.value !== "implemented" || one.status === "implemented"),
  );
  const save = async () => {
    const body = { status: select.value };
    if (!when.hidden && date.value) body.fixed_at = `${date.value}T00:00:00Z`;
    await patch("/v1/recommendations/{recommendation_id}", { recommendation_id: one.id }, body);
    reload();
  };
  return section(
    "Progress",
    {},
    h(
      "div",
      { class: "inline-form" },
      h("div", { class: "field" }, h("label", { for: "status" }, "Status"), select),
      when,
      action("Save", save, { done: "The status is saved.", className: "main" }),
    ),
  );
}

function patternsSection(one, signal) {
  const read = async () => {
    const found = await Promise.all(
      one.pattern_ids.map((id) =>
        get("/v1/patterns/{pattern_id}", { pattern_id: id }, {}, signal).catch((error) => ({
          id,
          missing: error,
        })),
      ),
    );
    return h(
      "ul",
      { class: "rows" },
      found.map((pattern) =>
        h(
          "li",
          {},
          to(`/patterns/${pattern.id}`, pattern.name ?? "A pattern that has moved"),
          pattern.name
            ? h(
                "span",
                { class: "quiet" },
                ` ${number(pattern.issue_count)} issues, last ${ago(pattern.last_seen_at)}`,
              )
            : null,
        ),
      ),
    );
  };
  return partSection("Patterns that it mends", "its patterns", read);
}

function notesSection(one, mayWrite, reload) {
  const text = h("textarea", { id: "note", rows: 2, maxlength: 5000 });
  const add = async () => {
    if (!text.value.trim()) return text.focus();
    await patch(
      "/v1/recommendations/{recommendation_id}",
      { recommendation_id: one.id },
      { note: text.value },
    );
    reload();
  };
  const said = one.notes.map((note) =>
    h(
      "li",
      {},
      h("p", {}, note.note),
      h("p", { class: "quiet" }, `${note.made_by.split(":")[0].replace("_", " ")}, ${minute(note.made_at)}`),
    ),
  );
  const write = h(
    "div",
    { class: "field" },
    h("label", { for: "note" }, "Add a note"),
    text,
    action("Add", add),
  );
  return section(
    "Notes",
    {},
    said.length ? h("ul", { class: "rows" }, said) : mayWrite ? null : empty("No notes."),
    mayWrite ? write : null,
  );
}

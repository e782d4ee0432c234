// What must stay true after a fix: whether it has, and attaching it.

import { get, post, remove } from "../../lib/client.js";
import { dialogButton } from "../../lib/dialog.js";
import { h, link } from "../../lib/elements.js";
import { form } from "../../lib/form.js";
import { dayOf } from "../../lib/format.js";
import { choicesOf } from "../../lib/listing.js";
import { action, empty, partSection } from "../../lib/states.js";
import { ExpectationKind, ExpectationStatus } from "../../lib/vocabulary.js";

/** @import { Model } from "../../types.js" */
/** @typedef {Model<"RecommendationDetail">} Recommendation */
/** @typedef {Model<"Expectation">} Expectation */

/**
 * @param {Recommendation} recommendation
 * @param {boolean} canWrite
 * @param {() => void} reload
 * @param {AbortSignal} signal
 */
export const expectationsSection = (recommendation, canWrite, reload, signal) =>
  partSection("Must stay true", "what must stay true", async () => {
    const { data: patterns } = await get(
      "/v1/patterns",
      {},
      { recommendation_id: recommendation.id, limit: 100 },
      signal,
    );
    const names = new Map(patterns.map(({ id, name }) => [id, name]));
    const items = recommendation.expectations.map((expectation) =>
      h("li", {}, expectationLine(expectation, names, recommendation, canWrite, reload)),
    );
    return h(
      "div",
      {},
      items.length ? h("ul", { class: "rows" }, items) : empty("Nothing is expected of this fix."),
      canWrite ? h("div", { class: "actions" }, attachButton(recommendation, names, reload)) : null,
    );
  });

/**
 * @param {Expectation} expectation
 * @param {Map<string, string>} names
 * @param {Recommendation} recommendation
 * @param {boolean} canWrite
 * @param {() => void} reload
 */
function expectationLine(expectation, names, recommendation, canWrite, reload) {
  const withdraw = () =>
    remove("/v1/recommendations/{recommendation_id}/expectations/{expectation_id}", {
      recommendation_id: recommendation.id,
      expectation_id: expectation.id,
    }).then(reload);
  return [
    h(
      "span",
      { class: `verdict expectation-${expectation.status}` },
      ExpectationStatus.labels[expectation.status],
    ),
    " ",
    describe(expectation, names),
    h("span", { class: "below" }, expectation.text ?? "Evaluated once the fix is claimed."),
    canWrite ? action("Withdraw", withdraw, { done: "Withdrawn." }) : null,
  ];
}

/**
 * “Pool runs dry in checkout: at most 2 a week, until 31 Dec 2026”.
 * @param {Expectation} expectation
 * @param {Map<string, string>} names
 */
function describe({ kind, pattern_id, service, job, most, until }, names) {
  const last = until ? `, until ${dayOf(until, true)}` : "";
  if (kind === "job_passes") return `${job} passes${last}`;
  const where = service ? ` in ${service}` : "";
  const what = kind === "at_most" ? `at most ${most} a week` : "no occurrence";
  const name = (pattern_id && names.get(pattern_id)) || "another pattern";
  return [link(`/patterns/${pattern_id}`, name), `${where}: ${what}${last}`];
}

/**
 * @param {Recommendation} recommendation
 * @param {Map<string, string>} names
 * @param {() => void} reload
 */
const attachButton = (recommendation, names, reload) =>
  dialogButton("Attach an expectation", "What must stay true?", (close) =>
    form({
      id: "expectation",
      fields: [
        {
          ...{ name: "kind", label: "Expected", kind: "select", options: choicesOf(ExpectationKind) },
          value: ExpectationKind.values[0],
        },
        {
          ...{ name: "pattern_id", label: "Pattern", kind: "select", value: "" },
          options: [["", "none: it is about a job"], ...names],
        },
        { name: "service", label: "Only in service", maxlength: 200 },
        { ...{ name: "most", label: "At most a week", kind: "number" }, help: "With “at most”." },
        {
          ...{ name: "job", label: "Job", maxlength: 500 },
          help: "With “job passes”: as its tool names it.",
        },
        { ...{ name: "until", label: "Until", kind: "date" }, help: "Empty: forever." },
      ],
      verb: "Attach",
      send: ({ kind, pattern_id, service, most, job, until }) =>
        post(
          "/v1/recommendations/{recommendation_id}/expectations",
          { recommendation_id: recommendation.id },
          { kind, pattern_id: pattern_id || null, service, most, job, until },
        ),
      done: "Attached. It is evaluated in the next run.",
      onDone: () => {
        close();
        reload();
      },
    }),
  );

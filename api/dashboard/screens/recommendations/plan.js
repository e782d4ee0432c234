// The plan of a recommendation: its steps, ticked as they are done, with links to the issues that they name.

import { get, messageOf, patch } from "../../lib/client.js";
import { h, link, section } from "../../lib/elements.js";
import { ago } from "../../lib/format.js";
import { notice } from "../../lib/states.js";

/** @import { Model } from "../../types.js" */
/** @typedef {Model<"RecommendationDetail">} Recommendation */
/** @typedef {Recommendation["steps"][number]} Step */

/**
 * @param {Recommendation} recommendation
 * @param {boolean} canWrite
 * @param {() => void} reload
 * @param {AbortSignal} signal
 */
export function planSection(recommendation, canWrite, reload, signal) {
  const done = recommendation.steps.filter((step) => step.done).length;
  /** @param {Step} step */
  const tick = (step) => async (/** @type {{ currentTarget: HTMLInputElement }} */ event) => {
    const box = event.currentTarget;
    box.setAttribute("aria-busy", "true");
    try {
      await patch(
        "/v1/recommendations/{recommendation_id}",
        { recommendation_id: recommendation.id },
        { step: step.index, step_done: box.checked },
      );
      reload();
    } catch (error) {
      notice(messageOf(error), "error");
      box.checked = step.done;
      box.removeAttribute("aria-busy");
    }
  };
  /** @param {Step} step */
  const item = (step) =>
    h(
      "li",
      {},
      h(
        "label",
        { class: step.done ? "done" : null },
        h("input", {
          id: `step-${step.index}`,
          type: "checkbox",
          checked: step.done,
          disabled: !canWrite,
          onchange: tick(step),
        }),
        h(
          "span",
          {},
          h("span", { class: "step-text" }, step.text),
          step.done
            ? h(
                "span",
                { class: "quiet" },
                ` – ticked ${ago(step.changed_at)} by ${step.changed_by_name ?? "somebody who has left"}`,
              )
            : null,
        ),
      ),
    );
  return section(
    "Plan",
    { beside: h("span", { class: "quiet" }, `${done} of ${recommendation.steps.length} done`) },
    linkIssues(h("ol", { class: "plan" }, recommendation.steps.map(item)), recommendation, signal),
  );
}

const NEWEST = 20;

/**
 * Make links of the issues that the steps name, once they are read: the plan can be read before.
 * @param {HTMLElement} plan
 * @param {Recommendation} recommendation
 * @param {AbortSignal} signal
 */
function linkIssues(plan, recommendation, signal) {
  /** @param {string} id */
  const query = (id) => ({ pattern_id: id, limit: NEWEST });
  const pages = recommendation.pattern_ids.slice(0, 3).map((id) => get("/v1/issues", {}, query(id), signal));
  Promise.allSettled(pages).then((results) => {
    const issues = results.flatMap((result) => (result.status === "fulfilled" ? result.value.data : []));
    for (const text of plan.querySelectorAll(".step-text"))
      text.replaceChildren(...withLinks(text.textContent ?? "", issues));
  });
  return plan;
}

/**
 * A text in pieces: what is the name of an issue in its tool is a link to it.
 * @param {string} text
 * @param {Model<"IssueSummary">[]} issues
 */
function withLinks(text, issues) {
  const byName = new Map(issues.map((issue) => [issue.external_id, issue]));
  return text.split(/([\s,;()“”]+)/).map((word) => {
    const issue = byName.get(word);
    return issue ? link(`/issues/${issue.id}`, word) : word;
  });
}

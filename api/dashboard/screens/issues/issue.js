// One issue: its description, its pattern and the reason for it, and similar issues.

import { get } from "../../lib/client.js";
import { externalLink, facts, h, link, section, table } from "../../lib/elements.js";
import { ago, asText, day, minute, plain, pluralize, probabilityText, reasonText } from "../../lib/format.js";
import { patternLink } from "../../lib/names.js";
import { isAtLeast } from "../../lib/roles.js";
import { capitalize } from "../../lib/sentences.js";
import { action, empty, partSection } from "../../lib/states.js";
import { ConstraintKind, CorrectionAct, ISSUE_FACETS } from "../../lib/vocabulary.js";
import { unlinkButton, withdraw } from "../patterns/corrections.js";
import { readEndings } from "../patterns/endings.js";
import { riskMark } from "../patterns/patterns.js";
import { suggestionsSection } from "../patterns/suggestions.js";
import { editButton, linkButton, providerButton, providerText } from "./issue_form.js";
import { severityMark } from "./issues.js";
import { occurrencesOf } from "./occurrences.js";

/** @import { Column, Content, Model, ScreenContext } from "../../types.js" */

/** @param {ScreenContext} context */
export async function showIssue(context) {
  const { id, me, signal, reload } = context;
  const issue = await get("/v1/issues/{issue_id}", { issue_id: id }, {}, signal);
  return h(
    "article",
    { class: "screen", "data-title": issue.title },
    h("p", { class: "trail" }, link("/issues", "Issues"), ` / ${plain(issue.source)} ${issue.external_id}`),
    h("h1", {}, issue.title),
    h(
      "p",
      { class: "under-title" },
      severityMark(issue.severity),
      ` ${plain(issue.status)} · created ${ago(issue.source_created_at)}`,
    ),
    isAtLeast(me, "analyst") ? issueActions(issue, reload) : null,
    issue.pattern_id ? lastEndings(issue.pattern_id, signal) : null,
    h(
      "div",
      { class: "columns" },
      h(
        "div",
        {},
        section("Description", {}, descriptionOf(issue)),
        partSection("Occurrences", "its occurrences", () => occurrencesOf(issue, signal)),
        partSection("Similar issues", "similar issues", () => similar(issue, signal), { isBelow: true }),
      ),
      h(
        "div",
        {},
        partSection("Pattern", "its pattern", () => membership(issue, signal, me.role !== "viewer")),
        suggestionsSection({ issue_id: issue.id }, context),
        section("Details", {}, details(issue, me.role !== "viewer", reload)),
        attributes(issue),
      ),
    ),
  );
}

/**
 * How the last issues of its pattern ended.
 * @param {string} patternId
 * @param {AbortSignal} signal
 */
const lastEndings = (patternId, signal) =>
  partSection("What ended it last time", "how it ended", () => readEndings(patternId, signal));

/**
 * @param {Model<"Issue">} issue
 * @param {() => void} reload
 */
function issueActions(issue, reload) {
  const pattern = { id: issue.pattern_id };
  return h(
    "div",
    { class: "actions" },
    editButton(issue, reload),
    linkButton(issue, reload),
    providerButton(issue, reload),
    issue.pattern_id
      ? unlinkButton(issue, pattern, { text: "Unlink from its pattern", className: "" })
      : null,
  );
}

/** @param {Model<"Issue">} issue */
function descriptionOf({ body }) {
  return body ? h("pre", { class: "body", tabindex: "0" }, body) : empty("No description.");
}

/**
 * @param {Model<"Issue">} issue
 * @param {boolean} canWrite
 * @param {() => void} reload
 */
function details(issue, canWrite, reload) {
  /** @type {[string, Content][]} */
  const facets = ISSUE_FACETS.map(({ name, label }) => [label, issue[name]]);
  return facts([
    ["Risk", riskMark(issue.risk_score)],
    ...facets,
    ["Created", minute(issue.source_created_at)],
    ["Last seen", minute(issue.last_seen_at)],
    ["Updated", minute(issue.source_updated_at)],
    ["Resolved", issue.resolved_at ? minute(issue.resolved_at) : null],
    ["Ingested", minute(issue.ingested_at)],
    ["Caused by", providerText(issue, canWrite, reload)],
    ["Source", externalLink(issue.external_url, issue.external_id)],
  ]);
}

/** @param {Model<"Issue">} issue */
function attributes(issue) {
  const rows = Object.entries(issue.attributes);
  if (!rows.length) return null;
  return section("Attributes", {}, facts(rows.map(([name, value]) => [name, asText(value)])));
}

/**
 * @param {Model<"Issue">} issue
 * @param {AbortSignal} signal
 * @param {boolean} canWrite
 */
async function membership(issue, signal, canWrite) {
  const why = await get("/v1/issues/{issue_id}/membership", { issue_id: issue.id }, {}, signal);
  if (why.state === "waiting")
    return h("div", {}, empty("Not grouped yet: look again in a moment."), corrections(why.facts, canWrite));
  return h(
    "div",
    {},
    why.pattern
      ? [
          h("p", { class: "answer-text" }, patternLink(why.pattern.id, why.pattern.name)),
          h("p", { class: "prose" }, reasonText(why.reason)),
          facts([
            ["Assigned by", DECIDED_BY[why.decided_by ?? ""] ?? "similarity"],
            ["Similarity", probabilityText(why.similarity)],
            ["Confidence", probabilityText(why.confidence)],
            [
              "Closest other pattern",
              why.nearest_pattern ? patternLink(why.nearest_pattern.id, why.nearest_pattern.name) : null,
            ],
            ["Missing from it", why.nearest_missing],
          ]),
        ]
      : empty("Not in a pattern: it occurred once, and no other issue surely has its cause."),
    corrections(why.facts, canWrite),
  );
}

/** @type {Record<string, string>} */
const DECIDED_BY = { rule: "the same message or stack trace", person: "a person" };

/** @param {Model<"PairFact">} pair */
function correctionLabel({ act, kind }) {
  return capitalize(act ? CorrectionAct.labels[act] : ConstraintKind.labels[kind]);
}

/**
 * The corrections of this issue by people, one line a correction, each with “Withdraw”.
 * @param {Model<"PairFact">[]} pairs
 * @param {boolean} canWrite
 */
function corrections(pairs, canWrite) {
  if (!pairs.length) return null;
  const byCorrection = new Map();
  for (const pair of pairs) {
    const others = byCorrection.get(pair.correction_id) ?? [];
    byCorrection.set(pair.correction_id, [...others, pair]);
  }
  /** @param {[string, Model<"PairFact">[]]} options */
  const line = ([id, [pair, ...others]]) =>
    h(
      "li",
      {},
      `${correctionLabel(pair)} `,
      link(`/issues/${pair.issue_id}`, pair.issue_title ?? "a deleted issue"),
      others.length ? ` and ${pluralize(others.length, "more issue")}` : null,
      ` (${pair.made_by_name ?? "somebody who has left"}, ${ago(pair.made_at)}${pair.reason ? `: ${pair.reason}` : ""}) `,
      canWrite ? withdrawButton(id) : null,
    );
  return [h("p", { class: "quiet" }, "Corrections by people:"), h("ul", {}, [...byCorrection].map(line))];
}

/** @param {string} id */
function withdrawButton(id) {
  const container = h("span", { class: "beside" });
  const act = () => withdraw(id).then(() => container.replaceChildren("– withdrawn, from the next run on"));
  container.append(action("Withdraw", act, { className: "plain", done: "The correction is withdrawn." }));
  return container;
}

const LEAST_SIMILARITY = 0.05; // the most similar of all others may share a word by chance only

/**
 * @param {Model<"Issue">} issue
 * @param {AbortSignal} signal
 */
async function similar(issue, signal) {
  const listed = await get("/v1/issues/{issue_id}/similar", { issue_id: issue.id }, { limit: 10 }, signal);
  const data = listed.data.filter((row) => row.similarity >= LEAST_SIMILARITY);
  if (!data.length) return empty("No other issue is similar.");
  /** @type {Column<Model<"SimilarIssue">>[]} */
  const columns = [
    { title: "Similarity", numeric: true, cell: (row) => probabilityText(row.similarity) },
    {
      title: "Issue",
      className: "wide",
      cell: (row) => [
        link(`/issues/${row.id}`, row.title),
        h(
          "span",
          { class: "below" },
          row.terms.length ? `Shared words: ${sharedWords(row, issue)}` : row.external_id,
        ),
      ],
    },
    { title: "Last seen", cell: (row) => day(row.last_seen_at) },
    { title: "Pattern", cell: (row) => patternOf(row, issue) },
  ];
  return table("Most similar issues", columns, data, { className: "stacked" });
}

const MAX_SHARED_WORDS = 6;

/**
 * The words that two issues share, each as it is written in one of them and not only its stem.
 * @param {Model<"SimilarIssue">} row
 * @param {Model<"Issue">} issue
 */
function sharedWords({ terms, title }, issue) {
  const words = `${issue.title} ${title} ${issue.body ?? ""}`.match(/[\p{L}\p{N}_-]+/gu) ?? [];
  /** @param {string} term */
  const writtenAs = (term) => words.find((word) => word.toLowerCase().startsWith(term)) ?? term;
  return [...new Set(terms.map(writtenAs))].slice(0, MAX_SHARED_WORDS).join(", ");
}

/**
 * @param {Model<"SimilarIssue">} row
 * @param {Model<"Issue">} issue
 */
function patternOf(row, issue) {
  if (!row.pattern_id) return "none";
  if (row.pattern_id === issue.pattern_id) return "the same";
  return patternLink(row.pattern_id, row.pattern_name ?? "another");
}

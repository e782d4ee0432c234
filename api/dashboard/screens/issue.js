// One issue: what happened, why it is in its pattern, and what reads like it.

import { get } from "../lib/client.js";
import { facts, h, outside, section, table, to } from "../lib/elements.js";
import { ago, day, minute, percent, plain, told } from "../lib/format.js";
import { empty, partSection } from "../lib/states.js";
import { severityMark } from "./issues.js";
import { riskMark } from "./patterns.js";

export async function showIssue({ id, signal }) {
  const issue = await get("/v1/issues/{issue_id}", { issue_id: id }, {}, signal);
  return h(
    "article",
    { class: "screen", "data-title": issue.title },
    h("p", { class: "trail" }, to("/issues", "Issues"), ` / ${issue.source} ${issue.external_id}`),
    h("h1", {}, issue.title),
    h(
      "p",
      { class: "under-title" },
      severityMark(issue.severity),
      ` ${plain(issue.status)} · began ${ago(issue.source_created_at)}`,
    ),
    h(
      "div",
      { class: "columns" },
      h(
        "div",
        {},
        section("What happened", {}, bodyOf(issue)),
        partSection("Reads like", "similar issues", () => similar(issue, signal)),
      ),
      h(
        "div",
        {},
        partSection("Why it is in its pattern", "its pattern", () => membership(issue, signal)),
        section("Details", {}, details(issue)),
        attributes(issue),
      ),
    ),
  );
}

function bodyOf({ body }) {
  return body ? h("pre", { class: "body", tabindex: "0" }, body) : empty("It has no text.");
}

function details(issue) {
  return facts([
    ["Risk", riskMark(issue.risk_score)],
    ["Service", issue.service],
    ["Error type", issue.error_type],
    ["Team", issue.team],
    ["Environment", issue.environment],
    ["Began", minute(issue.source_created_at)],
    ["Changed", minute(issue.source_updated_at)],
    ["Resolved", issue.resolved_at ? minute(issue.resolved_at) : null],
    ["Taken in", minute(issue.ingested_at)],
    ["At its source", outside(issue.external_url, issue.external_id)],
  ]);
}

function attributes(issue) {
  const rows = Object.entries(issue.attributes);
  if (!rows.length) return null;
  return section("Attributes", {}, facts(rows.map(([name, value]) => [name, told(value)])));
}

async function membership(issue, signal) {
  const why = await get("/v1/issues/{issue_id}/membership", { issue_id: issue.id }, {}, signal);
  if (why.state === "waiting") return empty("It is about to be grouped: look again in a moment.");
  return h(
    "div",
    {},
    why.pattern
      ? [
          h("p", { class: "answer-text" }, to(`/patterns/${why.pattern.id}`, why.pattern.name)),
          h("p", { class: "prose" }, why.reason?.text ?? told(why.reason)),
          facts([
            ["Put there by", DECIDED_BY[why.decided_by]],
            ["Similarity", percent(why.similarity)],
            ["Confidence", percent(why.confidence)],
            [
              "Next pattern",
              why.nearest_pattern ? to(`/patterns/${why.nearest_pattern.id}`, why.nearest_pattern.name) : null,
            ],
            ["Not in the next pattern", why.nearest_missing],
          ]),
        ]
      : empty("It is in no pattern: nothing else has failed like this."),
    said(why.facts),
  );
}

const DECIDED_BY = { rule: "the same message or stack trace", likeness: "likeness", person: "a person" };

/** What people said of the issue; it is obeyed for ever. */
function said(pairs) {
  if (!pairs.length) return null;
  const line = (pair) =>
    h(
      "li",
      {},
      pair.kind === "must" ? "belongs with " : "does not belong with ",
      to(`/issues/${pair.issue_id}`, pair.issue_title ?? "an issue that is gone"),
      ` (${pair.made_by}, ${ago(pair.made_at)}${pair.reason ? `: ${pair.reason}` : ""})`,
    );
  return [h("p", { class: "quiet" }, "People said of it:"), h("ul", {}, pairs.slice(0, 5).map(line))];
}

async function similar(issue, signal) {
  const { data } = await get("/v1/issues/{issue_id}/similar", { issue_id: issue.id }, { limit: 10 }, signal);
  if (!data.length) return empty("Nothing reads like it.");
  const columns = [
    { title: "Same cause", numeric: true, cell: (row) => percent(row.similarity) },
    {
      title: "Issue",
      className: "wide",
      cell: (row) => [
        to(`/issues/${row.id}`, row.title),
        h(
          "span",
          { class: "below" },
          row.terms.length ? `shared words: ${row.terms.slice(0, 6).join(", ")}` : row.external_id,
        ),
      ],
    },
    { title: "Began", cell: (row) => day(row.source_created_at) },
    {
      title: "Pattern",
      cell: (row) =>
        row.pattern_id && row.pattern_id === issue.pattern_id
          ? "the same"
          : row.pattern_id
            ? to(`/patterns/${row.pattern_id}`, "another")
            : "none",
    },
  ];
  return table("Issues that read most like this one", columns, data, { className: "stacked" });
}

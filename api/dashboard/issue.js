// One issue: what happened, why it is in its pattern, and what reads like it.

import { get } from "./client.js";
import { facts, h, outside, section, table, to } from "./elements.js";
import { severityMark } from "./issues.js";
import { riskMark } from "./patterns.js";
import { empty, partSection } from "./states.js";
import { ago, day, minute, percent, plain, told } from "./wording.js";

const PAGES_OF_MEMBERS = 5;

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
  if (!issue.pattern_id) return empty("It is in no pattern: nothing else has failed like this.");
  const pattern = await get("/v1/patterns/{pattern_id}", { pattern_id: issue.pattern_id }, {}, signal);
  const member = await findMember(issue, signal);
  return h(
    "div",
    {},
    h("p", { class: "answer-text" }, to(`/patterns/${pattern.id}`, pattern.name)),
    member
      ? [
          h("p", { class: "prose" }, member.reason?.text ?? told(member.reason)),
          facts([
            ["Similarity", percent(member.similarity)],
            ["Confidence", percent(member.confidence)],
            ["Not in the next pattern", member.nearest_missing ? told(member.nearest_missing) : null],
            [
              "Next pattern",
              member.nearest_pattern_id ? to(`/patterns/${member.nearest_pattern_id}`, "compare") : null,
            ],
          ]),
        ]
      : h("p", { class: "quiet" }, "Its reason is in the pattern's list of issues."),
  );
}

/** The issue as a member; the newest members are looked through, for there is no direct way to ask. */
async function findMember(issue, signal) {
  let cursor = null;
  for (let page = 0; page < PAGES_OF_MEMBERS; page += 1) {
    const found = await get(
      "/v1/patterns/{pattern_id}/members",
      { pattern_id: issue.pattern_id },
      { limit: 100, cursor },
      signal,
    );
    const member = found.data.find((row) => row.id === issue.id);
    if (member || !found.page.has_more) return member;
    cursor = found.page.next_cursor;
  }
  return undefined;
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

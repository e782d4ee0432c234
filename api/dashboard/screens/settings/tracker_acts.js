// Comments and closings in trackers: how often each was right, and what was or would have been done, to be judged.

import { get, patch } from "../../lib/client.js";
import { externalLink, h, link, section, table } from "../../lib/elements.js";
import { ago, exact, number, percent } from "../../lib/format.js";
import { anyOf, listing, rowsPerPage } from "../../lib/listing.js";
import { isAtLeast } from "../../lib/roles.js";
import { capitalize } from "../../lib/sentences.js";
import { action, empty } from "../../lib/states.js";
import { TrackerActKind, TrackerActStatus } from "../../lib/vocabulary.js";
import { settingsScreen } from "./frame.js";

/** @import { Column, Filter, Model, ScreenContext } from "../../types.js" */

/** @type {Filter[]} */
const FIELDS = [
  { name: "kind", label: "What", kind: "select", options: anyOf(TrackerActKind) },
  { name: "status", label: "State", kind: "select", options: anyOf(TrackerActStatus) },
];

/** @param {ScreenContext} context */
export async function showTrackerActs(context) {
  const { filters: query, signal } = context;
  const { kinds } = await get("/v1/tracker-acts/precision", {}, {}, signal);
  return settingsScreen(
    context,
    section(
      "Comments in trackers",
      {},
      h(
        "p",
        { class: "prose" },
        "Issues of GitHub and Jira that are recurrences are commented on, and closed when their fix held, as the ",
        "workspace's settings say. In shadow nothing is sent: judge what would have been, and it may be live.",
      ),
      precisionTable(kinds),
      await listing({
        path: "/settings/tracker-acts",
        fields: FIELDS,
        query,
        noun: "comment",
        read: (filters) => get("/v1/tracker-acts", {}, { ...filters, limit: rowsPerPage(50, 20) }, signal),
        draw: (rows) => actsTable(rows, context),
        none: () => empty("Nothing was decided yet.", "It begins when a mode is set to shadow."),
      }),
    ),
  );
}

/** @param {Model<"TrackerActPrecision">[]} kinds */
function precisionTable(kinds) {
  /** @type {Column<Model<"TrackerActPrecision">>[]} */
  const columns = [
    { title: "What", className: "wide", cell: (row) => capitalize(TrackerActKind.labels[row.kind]) },
    { title: "Mode", cell: (row) => row.mode },
    { title: "Decided", cell: (row) => number(row.decided) },
    { title: "Right of judged", cell: (row) => `${number(row.right)} of ${number(row.judged)}` },
    { title: "At least", cell: (row) => (row.judged ? percent(row.precision_low) : "–") },
    { title: "May be live", cell: (row) => (row.may_be_live ? "yes" : `from ${percent(row.needed)} on`) },
  ];
  return table("How often it was right", columns, kinds, { isCaptionVisible: true, className: "stacked" });
}

/**
 * @param {Model<"TrackerAct">[]} rows
 * @param {Pick<ScreenContext, "me">} context
 */
function actsTable(rows, { me }) {
  /** @type {Column<Model<"TrackerAct">>[]} */
  const columns = [
    { title: "When", cell: (row) => h("span", { title: exact(row.decided_at) }, ago(row.decided_at)) },
    { title: "What", cell: (row) => TrackerActKind.labels[row.kind] },
    { title: "State", cell: (row) => row.error ?? TrackerActStatus.labels[row.status] },
    {
      title: "Text",
      className: "wide",
      cell: (row) => [
        externalLink(row.external_url ?? row.issue_url, row.place),
        h("span", { class: "below" }, row.body),
        row.pattern_name ? link(`/patterns/${row.pattern_id}`, row.pattern_name) : null,
      ],
    },
    { title: "Right?", cell: (row) => judgement(row, isAtLeast(me, "analyst")) },
  ];
  return table("Comments and closings, newest first", columns, rows, { className: "stacked" });
}

/**
 * @param {Model<"TrackerAct">} row
 * @param {boolean} mayJudge
 */
function judgement(row, mayJudge) {
  const text = { true: "right", false: "wrong", null: "not judged" }[String(row.is_right)] ?? "";
  if (!mayJudge) return text;
  const state = h("span", { class: "quiet" }, text);
  /** @param {boolean} isRight */
  const judge = async (isRight) => {
    await patch("/v1/tracker-acts/{act_id}", { act_id: row.id }, { is_right: isRight });
    state.replaceChildren(isRight ? "right" : "wrong");
  };
  const about = `${row.place}, ${row.kind}`;
  return h(
    "div",
    { class: "actions" },
    state,
    action("Right", () => judge(true), { className: "plain", label: `Right: ${about}` }),
    action("Wrong", () => judge(false), { className: "plain", label: `Wrong: ${about}` }),
  );
}

// The issues of a pattern: searched, paged, with the reason of each, and split off when several are selected.

import { get } from "../../lib/client.js";
import { h, link, section, table } from "../../lib/elements.js";
import {
  asText,
  day,
  exact,
  number,
  plain,
  pluralize,
  probabilityText,
  readable,
  reasonText,
} from "../../lib/format.js";
import { listing, rowsPerPage, selectColumn } from "../../lib/listing.js";
import { isAtLeast } from "../../lib/roles.js";
import { empty, part } from "../../lib/states.js";
import { unlinkButton } from "./corrections.js";
import { splitOff } from "./pattern_actions.js";

/** @import { Column, Filter, Filters, Model, RowAct, RowSelection, ScreenContext } from "../../types.js" */
/** @typedef {Model<"PatternMember">} Member */

/** @type {Filter[]} */
const FIELDS = [
  { name: "member_q", label: "Search these issues", placeholder: "words of title and text" },
  {
    name: "member_sort",
    label: "Order",
    options: [
      ["", "newest first"],
      ["similarity", "least alike first"],
      ["-similarity", "most alike first"],
    ],
  },
];

/**
 * @param {Model<"PatternDetail">} pattern
 * @param {ScreenContext} context
 */
export function membersSection(pattern, { me, filters: query, signal }) {
  const canWrite = isAtLeast(me, "analyst");
  /** @param {Filters} options */
  const read = ({ member_q: q, member_sort: sort, member_group, cursor }) =>
    get(
      "/v1/patterns/{pattern_id}/members",
      { pattern_id: pattern.id },
      { q, sort, template_key: member_group, cursor, limit: rowsPerPage(20, 6) },
      signal,
    );
  /** @type {RowAct<Member>} */
  const split = {
    label: "Split off into a pattern of their own",
    act: async (rows, done) => {
      await splitOff(
        pattern,
        rows.map(({ id }) => id),
      );
      done();
    },
  };
  const list = async () => {
    const groups = (
      await get("/v1/patterns/{pattern_id}/member-groups", { pattern_id: pattern.id }, {}, signal)
    ).data;
    const fields = groups.length > 1 ? [...FIELDS, groupField(groups)] : FIELDS;
    const rows = await listing({
      ...{ path: `/patterns/${pattern.id}`, fields, query, noun: "issue", read },
      draw: (rows, selection) => membersTable(rows, pattern, selection),
      none: () => empty("No issue matches.", "Search with other words."),
      acts: canWrite ? [split] : [],
    });
    return h("div", {}, groupsText(groups, pattern), rows);
  };
  return section(
    "Issues and why they belong here",
    { id: "members" },
    part("its issues", list, { isBelow: true }),
  );
}

/**
 * The filter that shows the issues of one group.
 * @param {Model<"MemberGroup">[]} groups
 * @returns {Filter}
 */
const groupField = (groups) => ({
  name: "member_group",
  label: "Same words",
  options: [["", "Any"], ...groups.map(groupOption)],
});

/**
 * @param {Model<"MemberGroup">} row
 * @returns {[string, string]}
 */
const groupOption = (row) => [
  row.template_key,
  `${number(row.count)} × ${readable(row.template).slice(0, 60)}`,
];

/**
 * What the issues say, in one sentence: most of them often say the same.
 * @param {Model<"MemberGroup">[]} groups
 * @param {Model<"PatternDetail">} pattern
 */
function groupsText(groups, pattern) {
  const [first, ...others] = groups;
  if (!first) return null;
  const share =
    first.count < pattern.issue_count ? `${number(first.count)} of ${number(pattern.issue_count)}` : "All";
  const rest = others.length
    ? ` The others have ${pluralize(others.length, "other wording")}: choose one below.`
    : "";
  return h(
    "p",
    { class: "prose quiet" },
    `${share} read “${readable(first.template)}”, with other values for “…”.${rest}`,
  );
}

/** @param {Member} row */
const reasonOf = (row) => JSON.stringify([reasonText(row.reason), row.nearest_missing]);

/** @param {Member} row */
const reasonCell = (row) => [
  reasonText(row.reason),
  row.nearest_missing
    ? h("span", { class: "below" }, `Missing from the closest other pattern: ${asText(row.nearest_missing)}`)
    : null,
];

/**
 * @param {Member[]} rows
 * @param {Model<"PatternDetail">} pattern
 * @param {RowSelection<Member> | null} selection
 */
function membersTable(rows, pattern, selection) {
  const reasons = new Set(rows.map(reasonOf));
  const isSame = rows.length > 1 && reasons.size === 1;
  /** @type {Column<Member>[]} */
  const columns = [
    {
      title: "Issue",
      className: "wide",
      cell: (row) => [
        link(`/issues/${row.id}`, row.title),
        h("span", { class: "below" }, `${row.external_id} · ${row.severity} · ${plain(row.status)}`),
      ],
    },
    {
      title: "Created",
      cell: (row) => h("span", { title: exact(row.source_created_at) }, day(row.source_created_at)),
    },
    { title: "Similarity", numeric: true, cell: (row) => probabilityText(row.similarity) },
  ];
  if (!isSame) columns.push({ title: "Reason", className: "wide", cell: reasonCell });
  if (selection) {
    columns.unshift(selectColumn(selection, ({ title }) => title));
    columns.push({ isClear: true, title: "Correction", cell: (row) => unlinkButton(row, pattern) });
  }
  const members = table("Issues of this pattern", columns, rows, { className: "stacked" });
  return isSame
    ? h(
        "div",
        {},
        h("p", { class: "prose" }, "Each belongs here for the same reason: ", reasonCell(rows[0])),
        members,
      )
    : members;
}

// The audit log: who did what to what, when and from where.

import { get } from "../../lib/client.js";
import { h, link, section, table } from "../../lib/elements.js";
import { firstOf } from "../../lib/filters/values.js";
import { asText, dayAfter, minute, plain, startOfDay } from "../../lib/format.js";
import { listing } from "../../lib/listing.js";
import { empty } from "../../lib/states.js";
import { settingsScreen } from "./frame.js";

/** @import { Column, Filter, Filters, Model, ScreenContext } from "../../types.js" */

/** @type {Filter[]} */
const FIELDS = [
  { name: "action", label: "Action", placeholder: "such as member.invited" },
  { name: "actor", label: "Who", placeholder: "such as user:…" },
  { name: "from", label: "From", kind: "date" },
  { name: "to", label: "To", kind: "date" },
];

/** @param {ScreenContext} context */
export async function showAudit(context) {
  const { filters: query, signal } = context;
  /** @param {Filters} options */
  const read = ({ from: first, to: last, ...filters }) => {
    const [from, to] = [firstOf(first), firstOf(last)];
    return get(
      "/v1/audit",
      {},
      { ...filters, limit: 50, at_from: from && startOfDay(from), at_until: to && startOfDay(dayAfter(to)) },
      signal,
    );
  };
  const none = () => empty("No entry matches.", "Widen or clear the filters.");
  return settingsScreen(
    context,
    section(
      "Audit log",
      {},
      await listing({
        path: "/settings/audit",
        fields: FIELDS,
        query,
        noun: "entry",
        nouns: "entries",
        read,
        draw: entriesTable,
        none,
      }),
    ),
  );
}

/** @param {Model<"AuditEntry">[]} rows */
function entriesTable(rows) {
  /** @type {Column<Model<"AuditEntry">>[]} */
  const columns = [
    { title: "When", cell: (row) => minute(row.at) },
    { title: "Who", className: "named", cell: actorLink },
    { title: "Action", cell: (row) => plain(row.action) },
    { title: "To what", className: "named", cell: (row) => named(row.subject_name, row.subject) },
    { title: "Details", className: "wide", cell: (row) => details(row.details) },
    { isMinor: true, title: "From", cell: (row) => row.address ?? "–" },
  ];
  return table("Audit entries, newest first", columns, rows, { className: "stacked" });
}

/**
 * A name where there is one, and what programs filter by where somebody points at it.
 * @param {string | null | undefined} name
 * @param {string | null | undefined} reference
 */
const named = (name, reference) => (name ? h("span", { title: reference }, name) : plain(reference));

/** @param {Model<"AuditEntry">} row */
const actorLink = ({ actor, actor_name: name }) =>
  actor && name
    ? link(`/settings/audit?actor=${encodeURIComponent(actor)}`, name, { title: `All of ${actor}` })
    : plain(actor);

/** @param {Record<string, unknown>} values */
const details = (values) =>
  h("span", {}, Object.keys(values).length ? asText(values) : h("span", { class: "quiet" }, "–"));

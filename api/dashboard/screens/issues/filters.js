// What the list of issues can be filtered by: its own words, which a search takes as tokens.

import { firstOf } from "../../lib/filters/values.js";
import { dayAfter, startOfDay } from "../../lib/format.js";
import { SERVICE, TEAM, valuesOf } from "../../lib/issue_values.js";
import { anyOf } from "../../lib/listing.js";
import { IssueStatus, OPEN_ISSUE_STATUSES, Severity } from "../../lib/vocabulary.js";
import { ASSIGNEE, ASSIGNEE_STATES } from "../assignees.js";
import { OWNER } from "../owners/owner_button.js";

/** @import { Filter, Filters } from "../../types.js" */

/** @type {Filter[]} */
export const FIELDS = [
  {
    name: "q",
    label: "Search title and text",
    placeholder: "words, or service:checkout",
  },
  { name: "severity", label: "Severity", options: anyOf(Severity), isMany: true },
  { name: "status", label: "Status", options: anyOf(IssueStatus), isMany: true },
  SERVICE,
  TEAM,
  { name: "environment", label: "Environment", suggest: valuesOf("environment"), isMany: true },
  { name: "error_type", label: "Error type", suggest: valuesOf("error_type"), isMany: true },
  { name: "source", label: "Source", suggest: valuesOf("source"), isMany: true },
  OWNER,
  ASSIGNEE,
  {
    name: "within",
    label: "Created",
    options: [
      ["", "any time"],
      ["24h", "last 24 hours"],
      ["7d", "last 7 days"],
      ["30d", "last 30 days"],
      ["90d", "last 90 days"],
    ],
  },
  { name: "from", label: "From", kind: "date" },
  { name: "to", label: "To", kind: "date" },
  {
    name: "sort",
    label: "Order",
    isBeside: true,
    isOrder: true,
    options: [
      ["", "newest first"],
      ["-risk_score", "riskiest first"],
      ["-updated_at", "last updated first"],
      ["created_at", "oldest first"],
    ],
  },
  { name: "pattern_id", label: "Pattern id" },
  { name: "connector_id", label: "Connector id" },
];

/** @type {Record<string, Filters>} */
export const STATES = {
  open: { status: OPEN_ISSUE_STATUSES },
  resolved: { status: ["resolved", "closed"] },
  ...ASSIGNEE_STATES,
};

/** Filters that links from other screens set: they stand here only then. */
const LINKED = new Set(["pattern_id", "connector_id"]);

/**
 * The filters that stand on the screen under these of its address.
 * @param {Filters} filters
 */
export const shownFields = (filters) => FIELDS.filter(({ name }) => !LINKED.has(name) || filters[name]);

const HOUR = 3_600_000;
const UNITS = { h: HOUR, d: 24 * HOUR };

/**
 * “7d” before now, as the API takes it.
 * @param {string} span
 */
function startOf(span) {
  const match = /^(\d+)([hd])$/.exec(span);
  if (!match) return undefined;
  const unit = UNITS[/** @type {keyof typeof UNITS} */ (match[2])];
  return new Date(Date.now() - Number(match[1]) * unit).toISOString();
}

/**
 * When the issues were created that a span or two days leave, whichever begins later.
 * @param {string} from
 * @param {string} to
 * @param {string} within
 */
function periodOf(from, to, within) {
  const starts = [from && startOfDay(from), within && startOf(within)].filter(Boolean);
  return { created_from: starts.sort().at(-1), created_before: to && startOfDay(dayAfter(to)) };
}

/**
 * The filters as the list of the API takes them.
 * @param {Filters} filters
 */
export const queryOf = ({ from, to, within, ...filters }) => ({
  ...filters,
  ...periodOf(firstOf(from), firstOf(to), firstOf(within)),
});

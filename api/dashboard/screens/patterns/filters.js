// What the list of patterns can be filtered by: its own words, which a search takes as tokens.

import { SERVICE, TEAM } from "../../lib/issue_values.js";
import { anyOf } from "../../lib/listing.js";
import { PatternStatus } from "../../lib/vocabulary.js";
import { ASSIGNEE, ASSIGNEE_STATES } from "../assignees.js";
import { OWNER } from "../owners/owner_button.js";

/** @import { Filter, Filters } from "../../types.js" */

/** @type {Filter[]} */
export const FIELDS = [
  { name: "q", label: "Search names", placeholder: "words, or service:checkout" },
  { name: "status", label: "Status", options: anyOf(PatternStatus), isMany: true },
  {
    name: "min_risk_score",
    label: "Risk",
    isNumber: true,
    options: [
      ["", "Any"],
      ["90", "critical (90+)"],
      ["70", "high (70+)"],
      ["40", "medium (40+)"],
    ],
  },
  SERVICE,
  TEAM,
  OWNER,
  ASSIGNEE,
  {
    name: "snoozed",
    label: "Alerts",
    options: [
      ["", "Any"],
      ["true", "snoozed"],
      ["false", "sent"],
    ],
  },
  {
    name: "min_confidence",
    label: "Confidence",
    isNumber: true,
    options: [
      ["", "Any"],
      ["0.9", "90 % or more"],
      ["0.7", "70 % or more"],
    ],
  },
  {
    name: "sort",
    label: "Order",
    isBeside: true,
    isOrder: true,
    options: [
      ["", "riskiest first"],
      ["-last_seen_at", "last seen first"],
      ["-issue_count", "most issues first"],
      ["-first_seen_at", "newest first"],
    ],
  },
];

/** @type {Record<string, Filters>} */
export const STATES = {
  open: { status: ["emerging", "active"] },
  resolved: { status: ["resolved"] },
  snoozed: { snoozed: "true" },
  ...ASSIGNEE_STATES,
};

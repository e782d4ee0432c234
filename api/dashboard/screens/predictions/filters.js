// What the list of predictions can be filtered by: its own words, which a search takes as tokens.

import { SERVICE } from "../../lib/issue_values.js";
import { anyOf } from "../../lib/listing.js";
import { Impact, Outcome, WINDOWS } from "../../lib/vocabulary.js";
import { ASSIGNEE, ASSIGNEE_STATES } from "../assignees.js";
import { OWNER } from "../owners/owner_button.js";

/** @import { Filter } from "../../types.js" */

/** @type {Filter[]} */
export const FIELDS = [
  { name: "q", label: "Search names", placeholder: "words, or service:checkout" },
  {
    name: "window_days",
    label: "Window",
    isBeside: true,
    options: WINDOWS.map((days) => [String(days), `${days} days`]),
  },
  { name: "impact", label: "Impact", options: anyOf(Impact), isMany: true },
  {
    name: "min_probability",
    label: "Probability",
    isNumber: true,
    options: [
      ["", "Any"],
      ["0.7", "70 % or more"],
      ["0.5", "50 % or more"],
    ],
  },
  SERVICE,
  OWNER,
  ASSIGNEE,
  { name: "outcome", label: "Outcome", options: anyOf(Outcome), isMany: true },
  {
    name: "history",
    label: "History",
    options: [
      ["", "newest only"],
      ["true", "include history"],
    ],
  },
  {
    name: "sort",
    label: "Order",
    isBeside: true,
    isOrder: true,
    options: [
      ["", "most likely first"],
      ["closes_at", "ending soonest"],
      ["-issued_at", "newest first"],
    ],
  },
];

export const STATES = ASSIGNEE_STATES;

// What the list of recommendations can be filtered by: its own words, which a search takes as tokens.

import { firstOf } from "../../lib/filters/values.js";
import { SERVICE } from "../../lib/issue_values.js";
import { anyOf, choicesOf } from "../../lib/listing.js";
import {
  Effort,
  OPEN_RECOMMENDATION_STATUSES,
  RecommendationImpact,
  RecommendationStatus,
  RecommendationType,
} from "../../lib/vocabulary.js";
import { ASSIGNEE, ASSIGNEE_STATES } from "../assignees.js";
import { OWNER } from "../owners/owner_button.js";

/** @import { Filter, Filters } from "../../types.js" */

/** @type {[string, string][]} */
const STATUSES = [["open", "open"], ...choicesOf(RecommendationStatus), ["any", "Any"]];
/** @type {Filter[]} */
export const FIELDS = [
  { name: "q", label: "Search titles", placeholder: "words, or service:checkout" },
  { name: "status", label: "Status", options: STATUSES, isBeside: true },
  { name: "type", label: "Type", options: anyOf(RecommendationType), isMany: true },
  { name: "effort", label: "Effort", options: anyOf(Effort), isMany: true },
  { name: "impact", label: "Impact", options: anyOf(RecommendationImpact), isMany: true },
  SERVICE,
  OWNER,
  ASSIGNEE,
  {
    name: "sort",
    label: "Order",
    isBeside: true,
    isOrder: true,
    options: [
      ["", "by rank"],
      ["-expected_loops_prevented", "most recurrences prevented first"],
    ],
  },
];

/** @type {Record<string, Filters>} */
export const STATES = {
  open: { status: "open" },
  ...ASSIGNEE_STATES,
};

/**
 * The statuses that a choice of the filter stands for; undefined: all of them.
 * @param {string} choice
 */
function statusesOf(choice) {
  if (choice === "any") return undefined;
  return choice === "open" ? OPEN_RECOMMENDATION_STATUSES : [choice];
}

/**
 * The filters as the list of the API takes them.
 * @param {Filters} filters
 */
export const queryOf = ({ status, ...filters }) => ({
  ...filters,
  status: statusesOf(firstOf(status) || "open"),
});

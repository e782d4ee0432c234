// The one search by tokens: each list whose filters they all are says how many rows it has, and shows the first.

import { get } from "../lib/client.js";
import { readSearch } from "../lib/filters/tokens.js";
import { tidy, writeQuery } from "../lib/filters/values.js";
import { pluralize } from "../lib/format.js";
import * as issues from "../screens/issues/filters.js";
import * as patterns from "../screens/patterns/filters.js";
import * as recommendations from "../screens/recommendations/filters.js";

/** @import { Filters, ListFilters } from "../types.js" */
/** @typedef {{ kind: string, title: string, path: string, detail: string | null }} Hit */
/** @typedef {{ id: string, title: string, detail: string | null }} Found */
/** @typedef {ListFilters & { noun: string, path: string, read: (filters: Filters) => Promise<{ total: number, rows: Found[] }> }} List */

const ROWS = 3;

/** @type {List[]} */
const LISTS = [
  {
    ...{ noun: "issue", path: "/issues", fields: issues.FIELDS, is: issues.STATES },
    read: async (filters) => {
      const { data, page } = await get("/v1/issues", {}, { ...issues.queryOf(filters), limit: ROWS });
      return {
        total: page.total,
        rows: data.map(({ id, title, service }) => ({ id, title, detail: service })),
      };
    },
  },
  {
    ...{ noun: "pattern", path: "/patterns", fields: patterns.FIELDS, is: patterns.STATES },
    read: async (filters) => {
      const { data, page } = await get("/v1/patterns", {}, { ...filters, limit: ROWS });
      return {
        total: page.total,
        rows: data.map(({ id, name, status }) => ({ id, title: name, detail: status })),
      };
    },
  },
  {
    ...{ noun: "recommendation", path: "/recommendations" },
    ...{ fields: recommendations.FIELDS, is: recommendations.STATES },
    read: async (filters) => {
      const query = { ...recommendations.queryOf(filters), limit: ROWS };
      const { data, page } = await get("/v1/recommendations", {}, query);
      return {
        total: page.total,
        rows: data.map(({ id, title, status }) => ({ id, title, detail: status })),
      };
    },
  },
];

/**
 * All filters that some list has, for suggestions.
 * @type {ListFilters}
 */
export const EVERY_FILTER = {
  fields: [...new Map(LISTS.flatMap(({ fields }) => fields).map((field) => [field.name, field])).values()],
  is: Object.assign({}, ...LISTS.map(({ is }) => is)),
};

/**
 * What the lists have for a text with tokens; null: it has none. A problem: no list has all of its filters.
 * @param {string} text
 * @returns {Promise<{ hits: Hit[], problem: string | null } | null>}
 */
export async function searchByTokens(text) {
  const read = LISTS.map((list) => ({ list, ...readSearch(text, list) }));
  if (read.every(({ filters, problem }) => !problem && !Object.keys(tidy(filters)).length)) return null;
  const taking = read.filter(({ problem }) => !problem);
  if (!taking.length) return { hits: [], problem: read[0].problem };
  const hits = await Promise.all(
    taking.map(({ list, filters, words }) => hitsOf(list, tidy({ ...filters, q: words }))),
  );
  return { hits: hits.flat(), problem: null };
}

/**
 * @param {List} list
 * @param {Filters} filters
 * @returns {Promise<Hit[]>}
 */
async function hitsOf({ noun, path, read }, filters) {
  const { total, rows } = await read(filters);
  if (!total) return [];
  const kind = noun[0].toUpperCase() + noun.slice(1);
  const every = `${pluralize(total, noun)} with these filters`;
  return [
    { kind: `${kind}s`, title: every, path: path + writeQuery(filters), detail: null },
    ...rows.map(({ id, title, detail }) => ({ kind, title, path: `${path}/${id}`, detail })),
  ];
}

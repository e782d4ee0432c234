// The values that fields of issues have in this workspace, as suggestions of filters.

import { get } from "./client.js";

/** @import { Model } from "../types.js" */

/** @type {Promise<Model<"IssueValues">> | null} */
let values = null;

/**
 * Reads the values of a field, which are fetched once.
 * @param {Exclude<keyof Model<"IssueValues">, "services">} name
 */
export const valuesOf = (name) => async () => {
  values ??= get("/v1/issues/values", {});
  return (await values)[name];
};

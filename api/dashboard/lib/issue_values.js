// The values that fields of issues have in this workspace, as suggestions of filters, and filters that lists share.

import { get } from "./client.js";

/** @import { Filter, Model } from "../types.js" */

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

/** @type {Filter} */
export const SERVICE = { name: "service", label: "Service", suggest: valuesOf("service"), isMany: true };

/** @type {Filter} */
export const TEAM = { name: "team", label: "Team", suggest: valuesOf("team"), isMany: true };

// What stands where nothing is yet: what will be there, and the ways to begin.

import { post } from "../lib/client.js";
import { h, link, section } from "../lib/elements.js";
import { action, empty } from "../lib/states.js";

/** @import { Role } from "../types.js" */

/**
 * What will stand here, and the ways to begin.
 * @param {Role} role
 */
export function beginning(role) {
  const sample = async () => {
    const { id } = await post("/v1/uploads/sample", {});
    location.hash = `#/uploads/${id}`;
  };
  const promises = [
    ["What keeps failing", "Failures that share a root cause, as patterns with how often they come back."],
    ["When it comes back", "The chance that each recurs within 7 to 90 days, graded afterwards."],
    ["What to fix first", "A ranked plan, and later whether each fix held."],
  ];
  return [
    h(
      "p",
      { class: "lead" },
      "Nothing is here yet. Once your failures are, this page answers three questions:",
    ),
    h(
      "div",
      { class: "columns three" },
      promises.map(([title, text]) => h("section", {}, h("h2", {}, title), h("p", {}, text))),
    ),
    role === "viewer"
      ? empty("An analyst uploads an export or connects a tool.")
      : section(
          "Begin",
          {},
          h(
            "p",
            { class: "buttons" },
            link("/uploads", "Upload an export", { class: "button main" }),
            link("/connectors/new", "Connect a tool", { class: "button" }),
            action("Try it with a sample", sample, { className: "plain" }),
          ),
          h(
            "p",
            { class: "quiet" },
            "A CSV of your tracker is enough. The sample can be removed again. Programs send issues to ",
            h("code", {}, "POST /v1/ingest/batch"),
            ".",
          ),
        ),
  ];
}

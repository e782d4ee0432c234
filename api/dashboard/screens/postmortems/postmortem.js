// One post-mortem: what was understood, which pattern it is about, its import, and undoing it.

import { get, patch, post, remove } from "../../lib/client.js";
import { confirmButton } from "../../lib/dialog.js";
import { externalLink, facts, h, link, section } from "../../lib/elements.js";
import { ago, day, pluralize, probabilityText } from "../../lib/format.js";
import { action, empty, partSection } from "../../lib/states.js";
import { itemsTable } from "./items.js";

/** @import { Model, ScreenContext } from "../../types.js" */
/** @typedef {Model<"Postmortem">} Postmortem */

/** @param {ScreenContext} context */
export async function showPostmortem({ id, me, signal, reload }) {
  const postmortem = await get("/v1/postmortems/{postmortem_id}", { postmortem_id: id }, {}, signal);
  const canWrite = me.role !== "viewer";
  return h(
    "article",
    { class: "screen", "data-title": postmortem.title },
    h("p", { class: "trail" }, link("/postmortems", "Post-mortems"), ` / ${postmortem.file_name}`),
    h("h1", {}, postmortem.title),
    h("p", { class: "lead", role: "status" }, stateOf(postmortem)),
    postmortem.notes.length && postmortem.status === "draft"
      ? h(
          "ul",
          { class: "quiet" },
          postmortem.notes.map((note) => h("li", {}, note)),
        )
      : null,
    section("What it says", {}, factsOf(postmortem)),
    partSection("Which pattern it is about", "which pattern it may be about", () =>
      patternsOf(postmortem, canWrite, signal, reload),
    ),
    section(
      "Action items",
      {},
      postmortem.items.length
        ? itemsTable(postmortem, canWrite, reload)
        : empty("No action items were found in it."),
    ),
    canWrite ? actionsOf(postmortem, reload) : null,
  );
}

/** @param {Postmortem} postmortem */
function stateOf({ status, replaces, claim_count, pattern_ids, imported_at, undone_at }) {
  const claims = pluralize(claim_count, "item is a claimed fix", "items are claimed fixes");
  if (status === "undone") return `The import is undone ${ago(undone_at)}: its claims are withdrawn.`;
  if (status === "imported") {
    return `Imported ${ago(imported_at)}: ${pattern_ids.length ? claims : "nothing is claimed until a pattern is confirmed"}.`;
  }
  const once = replaces ? " It was read before: importing updates that reading." : "";
  return `Nothing is claimed yet. After the import, ${claims}.${once}`;
}

/** @param {Postmortem} postmortem */
function factsOf({ occurred_at, services, severity, address, statements, uploaded_by_name, uploaded_by }) {
  /** @param {string | null | undefined} text */
  const quoted = (text) => (text ? h("q", {}, text) : null);
  return facts([
    ["Incident", occurred_at ? day(occurred_at) : "not stated"],
    ["Services", services.join(", ") || "not stated"],
    ["Severity", severity],
    ["Summary", quoted(statements.summary)],
    ["Cause", quoted(statements.cause)],
    ["Resolution", quoted(statements.resolution)],
    ["Document", address ? externalLink(address, address) : null],
    ["Uploaded by", uploaded_by_name ?? uploaded_by],
  ]);
}

/**
 * Confirmed patterns, and those that it may be about: a person says which.
 * @param {Postmortem} postmortem
 * @param {boolean} canWrite
 * @param {AbortSignal} signal
 * @param {() => void} reload
 */
async function patternsOf(postmortem, canWrite, signal, reload) {
  const path = { postmortem_id: postmortem.id };
  const confirmed = new Set(postmortem.pattern_ids);
  const isEditable = canWrite && postmortem.status !== "undone";
  const suggested = isEditable
    ? await get("/v1/postmortems/{postmortem_id}/patterns", path, {}, signal)
    : { patterns: [], new_probability: 0 };
  const others = suggested.patterns.filter(({ id }) => !confirmed.has(id));
  /** @param {string[]} pattern_ids */
  const choose = (pattern_ids) =>
    patch("/v1/postmortems/{postmortem_id}", path, { pattern_ids }).then(reload);
  return h(
    "div",
    {},
    postmortem.patterns.length
      ? h(
          "ul",
          { class: "rows" },
          postmortem.patterns.map(({ id, name }) =>
            h(
              "li",
              {},
              link(`/patterns/${id}`, name),
              " · confirmed ",
              isEditable
                ? action("Not this one", () => choose(postmortem.pattern_ids.filter((each) => each !== id)), {
                    className: "plain",
                    label: `It is not about ${name}`,
                  })
                : null,
            ),
          ),
        )
      : h("p", { class: "quiet" }, "No pattern is confirmed: nothing is claimed for it."),
    others.length
      ? h(
          "ul",
          { class: "rows" },
          others.map((each) =>
            h(
              "li",
              {},
              h(
                "p",
                {},
                link(`/patterns/${each.id}`, each.name),
                each.is_named ? null : ` · same cause ${probabilityText(each.probability)}`,
                " ",
                action("It is about this", () => choose([...postmortem.pattern_ids, each.id]), {
                  label: `It is about ${each.name}`,
                }),
              ),
              h("p", { class: "quiet" }, each.why.join("; ")),
            ),
          ),
        )
      : null,
    isEditable && !others.length && !postmortem.patterns.length
      ? empty("No stored pattern is like it.", "Its items stay, and can be claimed for a pattern later.")
      : null,
  );
}

/**
 * @param {Postmortem} postmortem
 * @param {() => void} reload
 */
function actionsOf(postmortem, reload) {
  const path = { postmortem_id: postmortem.id };
  if (postmortem.status === "draft") {
    return h(
      "p",
      { class: "more" },
      action(
        "Import it",
        async () => {
          const done = await post("/v1/postmortems/{postmortem_id}/import", path);
          if (done.id === postmortem.id) return reload();
          location.hash = `#/postmortems/${done.id}`;
        },
        { className: "main" },
      ),
      " ",
      action(
        "Throw it away",
        async () => {
          await remove("/v1/postmortems/{postmortem_id}", path);
          location.hash = "#/postmortems";
        },
        { className: "plain", done: "Thrown away." },
      ),
    );
  }
  if (postmortem.status === "undone") {
    return h("p", { class: "more" }, link("/uploads", "Upload it again", { class: "button" }));
  }
  return h(
    "p",
    { class: "more" },
    confirmButton(
      "Undo the import",
      "All claims of its items are withdrawn. The document can be uploaded again.",
      "Undo the import",
      () => post("/v1/postmortems/{postmortem_id}/undo", path).then(reload),
      { done: "The import is undone." },
    ),
  );
}

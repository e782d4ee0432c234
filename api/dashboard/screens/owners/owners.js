// Who owns what, and CODEOWNERS files: pasted, uploaded, or read from a repository.

import { get } from "../../lib/client.js";
import { h, link, table } from "../../lib/elements.js";
import { day, exact } from "../../lib/format.js";
import { listing } from "../../lib/listing.js";
import { isAtLeast } from "../../lib/roles.js";
import { empty } from "../../lib/states.js";
import { OwnedKind, OwnerSource } from "../../lib/vocabulary.js";
import { settingsScreen } from "../settings/frame.js";
import { codeOwnersSection } from "./code_owners.js";
import { ownerNames } from "./owner_button.js";

/** @import { Column, Filter, Model, ScreenContext } from "../../types.js" */

/** @type {Filter[]} */
const FIELDS = [
  {
    name: "item_kind",
    label: "What is owned",
    options: [["", "Anything"], .../** @type {[string, string][]} */ (Object.entries(OwnedKind.labels))],
  },
  { name: "owner", label: "Owner", suggest: ownerNames },
];

/** @param {ScreenContext} context */
export async function showOwners(context) {
  const { me, filters: query, signal, reload } = context;
  const rows = await listing({
    path: "/settings/owners",
    fields: FIELDS,
    query,
    noun: "owner",
    read: (filters) => get("/v1/owners", {}, filters, signal),
    draw: ownersTable,
    none: (isFiltered) =>
      isFiltered
        ? empty("Nothing is owned like this.", "Widen or clear the filters.")
        : empty(
            "No owner is named yet.",
            "Until then, whom to tell is the team that the tools' records name. Name owners on the page of a ",
            link("/services", "service"),
            ", or by a CODEOWNERS file.",
          ),
  });
  return settingsScreen(
    context,
    h("p", { class: "lead" }, "Whom to tell: in lists, in the weekly report, in alerts and in tickets."),
    rows,
    isAtLeast(me, "analyst") ? codeOwnersSection(reload, signal) : null,
  );
}

/** @param {Model<"StoredOwner">[]} rows */
function ownersTable(rows) {
  /** @type {Column<Model<"StoredOwner">>[]} */
  const columns = [
    {
      title: "What",
      className: "wide",
      cell: (row) => [itemLink(row), h("span", { class: "below" }, row.item_kind)],
    },
    { title: "Owner", cell: (row) => row.name ?? "–" },
    { title: "How to reach them", cell: (row) => row.contact ?? "–" },
    { title: "Repository", cell: (row) => row.repository ?? "–" },
    {
      title: "Source",
      cell: (row) => [
        OwnerSource.labels[row.source],
        h("span", { class: "below", title: exact(row.changed_at) }, day(row.changed_at)),
      ],
    },
  ];
  return table("Owners, the latest first", columns, rows, { className: "stacked" });
}

/** @param {Model<"StoredOwner">} row */
function itemLink({ item_kind: kind, item, title }) {
  if (kind === "service") return link(`/services?${new URLSearchParams({ name: item })}`, item);
  return link(`/${kind}s/${item}`, title ?? "gone since");
}

// Connectors of people's own: written as YAML, tried on a document of the tool, stored, then set up like any other.

import { get, post, remove } from "../../lib/client.js";
import { confirmButton } from "../../lib/dialog.js";
import { h, link, section, table } from "../../lib/elements.js";
import { form } from "../../lib/form.js";
import { minute, number, pluralize } from "../../lib/format.js";
import { isAtLeast } from "../../lib/roles.js";
import { empty } from "../../lib/states.js";
import { samplesTable } from "./connection_test.js";

/** @import { Column, Fields, FormValues, Me, Model, ScreenContext } from "../../types.js" */

const EXAMPLE = `name: acme_desk
title: Acme Desk
base_url: https://api.acme.example
credentials:
  - {name: token, title: API token}
auth: {bearer: "{token}"}
pulls:
  - name: tickets
    path: /tickets
    records: data
    pages: {offset_pages: {size: 100}}
    schema: {key: id, updated_at: changed}
    since: {field: changed, param: changed_since}
issues:
  - {name: ticket, title: subject, severity: prio, status: state, source_created_at: created}
words:
  severity: {blocker: p1}
  status: {fixed: resolved}
`;

/** @param {ScreenContext} context */
export async function showOwnTypes({ query, me, signal, reload }) {
  const stored = await get("/v1/connector-declarations", {}, {}, signal);
  const chosen = stored.data.find((row) => row.name === query.name);
  return h(
    "div",
    { class: "screen", "data-title": "Connectors of your own" },
    h("p", { class: "trail" }, link("/connectors", "Connectors"), " / ", link("/connectors/new", "new")),
    h("h1", {}, "Connectors of your own"),
    h(
      "p",
      { class: "lead" },
      "Describe a tool that is not in the list: where its records are, and what their fields mean.",
    ),
    stored.data.length ? declarationsTable(stored.data, me, reload) : empty("None is stored yet."),
    section("Write one", {}, declarationForm(chosen?.written ?? EXAMPLE, reload)),
  );
}

/**
 * @param {Model<"ConnectorDeclaration">[]} rows
 * @param {Me} me
 * @param {() => void} reload
 */
function declarationsTable(rows, me, reload) {
  /** @type {Column<Model<"ConnectorDeclaration">>[]} */
  const columns = [
    {
      title: "Title",
      className: "wide",
      cell: (row) => [
        link(`/connectors/own?name=${row.name}`, row.title),
        h("span", { class: "below" }, row.name),
      ],
    },
    { title: "Connectors", numeric: true, cell: (row) => number(row.connectors) },
    { title: "Changed", cell: (row) => minute(row.updated_at) },
    {
      title: "Set up",
      cell: (row) => link(`/connectors/new?type=custom_api&declaration=${row.name}`, "Connect"),
    },
    {
      title: "Delete",
      cell: (row) => (isAtLeast(me, "admin") && !row.connectors ? deleteButton(row, reload) : "–"),
    },
  ];
  return table("Stored connectors of your own", columns, rows, { className: "stacked" });
}

/**
 * @param {Model<"ConnectorDeclaration">} row
 * @param {() => void} reload
 */
function deleteButton(row, reload) {
  const act = () =>
    remove("/v1/connector-declarations/{declaration_name}", { declaration_name: row.name }).then(reload);
  return confirmButton("Delete", `“${row.title}” is deleted. No connector uses it.`, "Delete it", act, {
    done: "Deleted.",
  });
}

/**
 * @param {string} written
 * @param {() => void} reload
 */
function declarationForm(written, reload) {
  const outcome = h("div", { class: "part", role: "status" });
  /** @type {Fields} */
  const fields = [
    {
      name: "written",
      label: "Declaration (YAML)",
      kind: "textarea",
      required: true,
      rows: 24,
      spellcheck: "false",
      class: "code",
      value: written,
    },
    {
      ...{ name: "sample", label: "A JSON answer, record or webhook of the tool", kind: "textarea", rows: 6 },
      ...{
        spellcheck: "false",
        class: "code",
        help: "To see what its records become. It is not stored.",
        read: (text) => text && JSON.parse(text),
      },
    },
  ];
  /** @param {FormValues} values */
  const send = async (values) => {
    const checked = await post("/v1/connector-declarations/check", {}, values);
    outcome.replaceChildren(outcomeOf(checked, values.written, reload));
    return checked;
  };
  return [form({ id: "declaration", fields, verb: "Try it", send }), outcome];
}

/**
 * @param {Model<"DeclarationCheck">} checked
 * @param {string} written
 * @param {() => void} reload
 */
function outcomeOf(checked, written, reload) {
  if (!checked.ok)
    return h(
      "div",
      {},
      h("p", {}, `${pluralize(checked.problems.length, "problem")}:`),
      h(
        "ul",
        {},
        checked.problems.map((problem) =>
          h(
            "li",
            {},
            `${problem.line ? `line ${problem.line}, ` : ""}${problem.field || "the document"}: ${problem.detail}`,
          ),
        ),
      ),
    );
  const store = () => post("/v1/connector-declarations", {}, { written });
  return h(
    "div",
    {},
    h(
      "p",
      {},
      `${checked.title} can be used. ${pluralize(checked.records, "record")} of the sample understood.`,
    ),
    checked.samples.length ? samplesTable(checked.samples) : null,
    checked.refused.length
      ? h(
          "ul",
          {},
          checked.refused.map((reason) => h("li", {}, reason)),
        )
      : null,
    form({ id: "store", fields: [], verb: "Store it", send: store, done: "Stored.", onDone: reload }),
  );
}

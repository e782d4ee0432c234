// A CODEOWNERS file: where it comes from, what is understood of it, and storing the owners that it names.

import { get, post } from "../../lib/client.js";
import { h, section, table } from "../../lib/elements.js";
import { number, pluralize } from "../../lib/format.js";
import { action, empty, notice, part } from "../../lib/states.js";

/** @import { Column, Model } from "../../types.js" */

const HAVE_THE_FILE = new Set(["github", "gitlab", "forgejo"]);
const SHOWN = 20;

/**
 * @param {() => void} reload
 * @param {AbortSignal} signal
 */
export function codeOwnersSection(reload, signal) {
  const text = h("textarea", {
    class: "code",
    ...{ id: "codeowners", rows: 8, spellcheck: "false", maxlength: 200_000 },
    placeholder: "/services/payments/  @acme/payments",
    "aria-describedby": "codeowners-help",
  });
  const repository = h("input", { id: "codeowners-repository", type: "text", maxlength: 200 });
  const file = h("input", { id: "codeowners-file", type: "file" });
  file.addEventListener("change", async () => {
    const [chosen] = file.files ?? [];
    if (chosen) text.value = await chosen.text();
  });
  const result = h("div", { "aria-live": "polite" });
  /** @param {boolean} save */
  const send = async (save) => {
    if (!text.value.trim()) return text.focus();
    const body = { text: text.value, repository: repository.value.trim() || null, save };
    const answer = await post("/v1/owners/codeowners", {}, body);
    if (save) {
      notice(`The owners of ${pluralize(answer.services.length, "service")} are stored.`);
      return reload();
    }
    result.replaceChildren(understood(answer, () => send(true)));
  };
  /** @param {Model<"CodeOwnersFile">} read @param {string} of */
  const take = (read, of) => {
    text.value = read.text;
    repository.value = of;
    return send(false);
  };
  return section(
    "From a CODEOWNERS file",
    { id: "from-codeowners" },
    h(
      "p",
      { class: "prose", id: "codeowners-help" },
      "A service belongs to who owns the folder of its name; and all of a repository that is named like the service to who owns “*”.",
    ),
    part("repositories", () => repositoryForm(take, signal)),
    h(
      "div",
      { class: "stack" },
      field("codeowners-file", "Upload the file", file),
      field("codeowners", "Or paste it", text),
      field(
        "codeowners-repository",
        "Repository that it is of",
        repository,
        "Such as acme/payments: tickets go there.",
      ),
    ),
    h(
      "div",
      { class: "buttons" },
      action("See what it says", () => send(false), { className: "main" }),
    ),
    result,
  );
}

/**
 * @param {string} id
 * @param {string} label
 * @param {HTMLElement} input
 * @param {string} [help]
 */
const field = (id, label, input, help) =>
  h(
    "div",
    { class: "field" },
    h("label", { for: id }, label),
    input,
    help ? h("p", { class: "help" }, help) : null,
  );

/**
 * Reading the file through a connector, where one leads to repositories.
 * @param {(read: Model<"CodeOwnersFile">, repository: string) => Promise<void>} take
 * @param {AbortSignal} signal
 */
async function repositoryForm(take, signal) {
  const { data } = await get("/v1/connectors", {}, { limit: 100, status: "active" }, signal);
  const choices = data
    .filter(({ type }) => HAVE_THE_FILE.has(type))
    .flatMap(({ id, display_name, config }) =>
      [config.repositories ?? config.projects ?? []]
        .flat()
        .map((repository) => ({ id, display_name, repository: decodeURIComponent(String(repository)) })),
    );
  if (!choices.length) return h("div", {});
  const select = h(
    "select",
    { id: "codeowners-from" },
    choices.map(({ display_name, repository }, at) =>
      h("option", { value: at }, `${repository} (${display_name})`),
    ),
  );
  const read = async () => {
    const { id, repository } = choices[Number(select.value)];
    const body = { connector_id: id, repository };
    await take(await post("/v1/owners/codeowners/fetch", {}, body), repository);
  };
  return h(
    "div",
    { class: "inline-form" },
    field("codeowners-from", "Read it from", select),
    action("Read it", read),
  );
}

/**
 * @param {Model<"UnderstoodCodeOwners">} answer
 * @param {() => Promise<void>} save
 */
function understood({ services, rules, without_owner: without }, save) {
  if (!services.length)
    return empty(
      `None of its ${pluralize(rules, "rule")} names a service of this workspace.`,
      without.length ? `Services are: ${listed(without)}.` : "No issue names a service yet.",
    );
  /** @type {Column<Model<"ServiceOwner">>[]} */
  const columns = [
    { title: "Service", className: "wide", cell: (row) => row.service },
    { title: "Owner", cell: (row) => row.owner },
    { title: "Line", numeric: true, cell: (row) => number(row.line) },
    { title: "Rule", cell: (row) => h("code", {}, row.pattern) },
  ];
  return h(
    "div",
    {},
    table("What the file says", columns, services, { className: "stacked" }),
    without.length ? h("p", { class: "quiet" }, `Not named in it: ${listed(without)}.`) : null,
    h(
      "div",
      { class: "buttons" },
      action(`Store ${pluralize(services.length, "owner")}`, save, { className: "main" }),
    ),
  );
}

/** @param {string[]} names */
const listed = (names) =>
  names.length > SHOWN
    ? `${names.slice(0, SHOWN).join(", ")} and ${number(names.length - SHOWN)} more`
    : names.join(", ");

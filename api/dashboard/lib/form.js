// Forms built from a list of fields: they read typed values, send them, and show each refusal beside its field.

import { ApiError } from "./client.js";
import { h } from "./elements.js";
import { asSentence } from "./sentences.js";
import { notice } from "./states.js";

/** @import { Attributes, Content, Field, FormValues } from "../types.js" */
/** @typedef {ReturnType<typeof control>} Control */

/**
 * A form. `fields` are {name, label, kind, options, value, help, required, …attributes}, `send(values)` calls the
 * API, `onDone(answer)` follows, and `watch(values)` sees every change. Empty fields that are not required are left
 * out of the values.
 * @param {{ id: string, fields: readonly (Field | null)[], verb: string, send: (values: FormValues) => unknown, done?: string, onDone?: (answer: any) => unknown, watch?: (values: FormValues) => unknown, extra?: Content, className?: string }} options
 */
export function form({ id, fields, verb, send, done, onDone, watch, extra = null, className = "stack" }) {
  const message = h("p", { class: "form-error", role: "alert" });
  const button = h("button", { type: "submit", class: "main" }, verb);
  const controls = fields.filter((field) => field !== null).map((field) => control(id, field));
  /** @param {SubmitEvent} event */
  const submit = async (event) => {
    event.preventDefault();
    clearRefusals(controls, message);
    button.disabled = true;
    try {
      const answer = await send(readValues(controls));
      if (done) notice(done);
      await onDone?.(answer);
    } catch (error) {
      showRefusals(controls, message, error);
    } finally {
      button.disabled = false;
    }
  };
  return h(
    "form",
    { id, class: className, onsubmit: submit, oninput: () => watch?.(readValues(controls)) },
    controls.map((item) => item.element),
    message,
    h("div", { class: "buttons" }, button, extra),
  );
}

/**
 * A field in which a share is entered in percent, as it is shown everywhere.
 * @param {string} name
 * @param {string} label
 * @param {number} share
 * @param {string} help
 * @returns {Field}
 */
export const percentField = (name, label, share, help) => ({
  ...{ name, label, help, kind: "number", required: true, min: 0, max: 100, step: 1 },
  value: Math.round(share * 1000) / 10,
  read: (text) => Number(text) / 100,
});

/**
 * @param {string} formId
 * @param {Field} field
 */
function control(formId, field) {
  const { name, label, kind = "text", options, value, help, required = false, ...rest } = field;
  const { pointer = `/${name}`, read, suggested, ...attributes } = rest;
  const id = `${formId}-${name}`;
  const describedBy = `${help ? `${id}-help ` : ""}${id}-error`;
  /** @type {Attributes} */
  const shared = { id, name, required, "aria-describedby": describedBy, ...attributes };
  if (suggested) shared.list = `${id}-list`;
  const input = buildInput(kind, shared, value, options);
  const refusal = h("p", { class: "field-error", id: `${id}-error` });
  const isCheckbox = kind === "checkbox";
  const title = h(
    "label",
    { for: id },
    label,
    required || isCheckbox || kind === "select" ? null : h("span", { class: "optional" }, " (optional)"),
  );
  const element = h(
    "div",
    { class: isCheckbox ? "field checkbox" : "field" },
    isCheckbox ? [input, title] : [title, input],
    help ? h("p", { class: "help", id: `${id}-help` }, help) : null,
    suggested ? suggestions(`${id}-list`, suggested) : null,
    refusal,
  );
  return { name, kind, input, element, refusal, pointer, read };
}

/**
 * @param {string} kind
 * @param {Attributes} shared
 * @param {unknown} value
 * @param {Field["options"]} options
 */
function buildInput(kind, shared, value, options) {
  if (kind === "textarea") return h("textarea", { rows: 3, ...shared, value });
  if (kind === "checkbox") return h("input", { type: "checkbox", ...shared, checked: Boolean(value) });
  if (kind === "select") {
    const chosen = [value ?? ""].flat().map(String);
    /** @param {readonly [string | number, string]} options */
    const entry = ([key, text]) => h("option", { value: key, selected: chosen.includes(String(key)) }, text);
    return h("select", shared, (options ?? []).map(entry));
  }
  return h("input", { type: kind, ...shared, value });
}

/**
 * Suggested values of a text field, which names them by its `list`.
 * @param {string} id
 * @param {readonly string[]} values
 */
export const suggestions = (id, values) =>
  h(
    "datalist",
    { id },
    values.map((value) => h("option", { value })),
  );

/** @param {Control[]} controls */
function readValues(controls) {
  /** @type {FormValues} */
  const values = {};
  for (const { name, kind, input, read } of controls) {
    const value = readValue(kind, /** @type {HTMLInputElement} */ (input));
    const kept = read ? read(value) : value;
    if (kept !== undefined) values[name] = kept;
  }
  return values;
}

/**
 * @param {string} kind
 * @param {HTMLInputElement} input
 */
function readValue(kind, input) {
  if (kind === "checkbox") return input.checked;
  const text = kind === "password" ? input.value : input.value.trim();
  if (text === "") return undefined;
  return kind === "number" ? Number(text) : text;
}

/**
 * @param {Control[]} controls
 * @param {HTMLElement} message
 */
function clearRefusals(controls, message) {
  message.textContent = "";
  for (const { input, refusal } of controls) {
    input.removeAttribute("aria-invalid");
    refusal.textContent = "";
  }
}

/**
 * @param {Control[]} controls
 * @param {HTMLElement} message
 * @param {unknown} error
 */
function showRefusals(controls, message, error) {
  const isRefusal = error instanceof ApiError;
  if (!isRefusal) console.error(error);
  const rest = [];
  for (const { pointer, detail } of isRefusal ? error.fields : []) {
    const match = controls.find((item) => item.pointer === pointer);
    if (!match) rest.push(asSentence(`${pointer.replace(/^\//, "")}: ${detail}`));
    else {
      match.refusal.textContent = asSentence(detail);
      match.input.setAttribute("aria-invalid", "true");
    }
  }
  const isBesideFields = isRefusal && error.fields.length > 0;
  const text = isRefusal ? error.message : "The dashboard failed. The browser console shows the details.";
  message.textContent = isBesideFields ? rest.join(" ") : text;
  controls.find((item) => item.input.getAttribute("aria-invalid"))?.input.focus();
}

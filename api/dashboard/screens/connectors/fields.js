// The fields of a connector type as form fields, and the values of the form as configuration and credentials.

/** @import { Field, FormValues, Model } from "../../types.js" */

/**
 * The form fields of a catalog entry's configuration or credentials.
 * @param {Model<"ConnectorField">[]} declared
 * @param {"config" | "credentials"} kind
 * @param {Record<string, any>} [stored]
 * @returns {Field[]}
 */
export function fieldsOf(declared, kind, stored = {}) {
  return declared.map((field) => ({
    name: `${kind}.${field.name}`,
    label: field.title,
    help: field.help || null,
    required: field.required,
    pointer: `/${kind}/${field.name.replaceAll(".", "/")}`,
    ...inputOf(field, kind),
    value: initialValue(stored[field.name] ?? field.default, field.type),
  }));
}

/**
 * @param {Model<"ConnectorField">} field
 * @param {"config" | "credentials"} kind
 * @returns {Partial<Field>}
 */
function inputOf(field, kind) {
  if (field.type === "list") return { maxlength: 4000, read: (text) => text && split(text) };
  if (field.type === "mapping") return { kind: "textarea", read: (text) => text && toMapping(text) };
  if (field.choices.length) {
    /** @type {[string, string][]} */
    const choices = field.choices.map((choice) => [choice, choice]);
    return { kind: "select", options: field.required ? choices : [["", "–"], ...choices] };
  }
  if (kind === "credentials") return { kind: "password", autocomplete: "off", spellcheck: "false" };
  return field.type === "number" ? { kind: "number", step: 1 } : { maxlength: 4000 };
}

/** @param {string} text */
const split = (text) =>
  text
    .split(",")
    .map((item) => item.trim())
    .filter(Boolean);

/**
 * Lines “name: value”; a value may be JSON.
 * @param {string} text
 */
function toMapping(text) {
  if (text.startsWith("{")) return JSON.parse(text);
  const pairs = text.split("\n").map((line) => line.split(/:(.*)/s).map((part) => part.trim()));
  return Object.fromEntries(pairs.filter(([name]) => name).map(([name, value = ""]) => [name, value]));
}

/**
 * @param {any} value
 * @param {string} type
 */
function initialValue(value, type) {
  if (value === null || value === undefined) return "";
  if (type === "mapping") return JSON.stringify(value);
  return Array.isArray(value) ? value.join(", ") : value;
}

/**
 * `{"config.project": "X"}` → `{project: "X"}`.
 * @param {FormValues} values
 * @param {"config" | "credentials"} kind
 */
export function valuesOf(values, kind) {
  const prefix = `${kind}.`;
  const named = Object.entries(values).filter(([name]) => name.startsWith(prefix));
  return Object.fromEntries(named.map(([name, value]) => [name.slice(prefix.length), value]));
}

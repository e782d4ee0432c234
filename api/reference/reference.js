// The API reference: reads the OpenAPI document of this installation and lists its operations.

import { h, table } from "../dashboard/lib/elements.js";

const METHODS = ["get", "post", "patch", "put", "delete"];
const place = document.getElementById("operations");

function listOperations(document) {
  return Object.entries(document.paths).flatMap(([path, methods]) =>
    METHODS.filter((method) => methods[method]).map((method) => ({ path, method, ...methods[method] })),
  );
}

function showTag(tag, operations) {
  const mine = operations.filter((operation) => operation.tags?.includes(tag.name));
  return h("section", {}, h("h2", {}, tag.name), h("p", {}, tag.description), mine.map(showOperation));
}

function showOperation(operation) {
  const role = operation["x-least-role"];
  return h(
    "details",
    { class: "operation", id: operation.operationId },
    h(
      "summary",
      {},
      h("code", {}, operation.method.toUpperCase()),
      h("code", {}, operation.path),
      ` ${operation.summary ?? ""}`,
    ),
    h(
      "div",
      { class: "operation-body" },
      h("p", {}, operation.description ?? ""),
      role && role !== "none" ? h("p", {}, `Needs the role ${role} or a higher one.`) : null,
      showParameters(operation.parameters ?? []),
      showBody("Request body", operation.requestBody?.content),
      Object.entries(operation.responses).map(([status, response]) => showResponse(status, response)),
    ),
  );
}

function showParameters(parameters) {
  if (!parameters.length) return null;
  const columns = [
    { title: "Parameter", cell: (parameter) => h("code", {}, parameter.name) },
    { title: "In", cell: (parameter) => parameter.in },
    { title: "Type", cell: (parameter) => h("code", {}, nameType(parameter.schema)) },
    { title: "Description", cell: (parameter) => parameter.description ?? parameter.schema?.description ?? "" },
  ];
  return table("Parameters", columns, parameters, { isCaptionVisible: true });
}

function showResponse(status, response) {
  if (status >= "400") return h("p", {}, h("code", {}, status), ` ${response.description}`);
  return h("div", {}, h("p", {}, h("code", {}, status), ` ${response.description}`), showBody("", response.content));
}

function showBody(title, content) {
  return Object.entries(content ?? {}).map(([type, { schema }]) =>
    h("p", {}, title ? `${title}: ` : "", h("code", {}, type), " ", showSchemaLink(schema)),
  );
}

function showSchemaLink(schema) {
  const name = /schemas\/(.+)$/.exec(schema?.$ref ?? "")?.[1];
  return name ? h("a", { href: `#schema-${name}` }, name) : h("code", {}, nameType(schema));
}

function nameType(schema = {}) {
  if (schema.$ref) return schema.$ref.split("/").at(-1);
  if (schema.anyOf) return schema.anyOf.map(nameType).join(" or ");
  if (schema.enum) return schema.enum.join(" | ");
  if (schema.type === "array") return `list of ${nameType(schema.items)}`;
  return schema.format ?? schema.type ?? "any";
}

function showSchemas(schemas) {
  const each = Object.entries(schemas).map(([name, schema]) =>
    h(
      "details",
      { class: "operation", id: `schema-${name}` },
      h("summary", {}, h("code", {}, name)),
      h("div", { class: "operation-body" }, h("pre", {}, JSON.stringify(schema, null, 2))),
    ),
  );
  return h("section", {}, h("h2", {}, "Schemas"), each);
}

/** Unfold what the address names. */
function openTarget() {
  const target = window.document.getElementById(decodeURIComponent(location.hash.slice(1)));
  if (target?.tagName === "DETAILS") target.open = true;
}

async function start() {
  const response = await fetch("openapi.json");
  const openapi = await response.json();
  const operations = listOperations(openapi);
  place.replaceChildren(
    ...openapi.tags.map((tag) => showTag(tag, operations)),
    showSchemas(openapi.components.schemas),
  );
  openTarget();
}

addEventListener("hashchange", openTarget);
start().catch((error) => place.replaceChildren(h("p", {}, `The operations could not be loaded: ${error.message}`)));

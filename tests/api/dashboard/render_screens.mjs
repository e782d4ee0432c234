// Renders every screen of the table against a stub of the DOM and of the API; prints {path: {text, errors}} as JSON.

import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

const ANSWERS = JSON.parse(readFileSync(fileURLToPath(new URL("answers.json", import.meta.url)), "utf8"));

class Element {
  constructor(tag) {
    Object.assign(this, { tag, children: [], style: {}, dataset: {}, listeners: {}, value: "" });
  }
  get childElementCount() {
    return this.children.length;
  }
  append(...children) {
    this.children.push(...children);
  }
  replaceChildren(...children) {
    this.children = children;
  }
  setAttribute(name, value) {
    if (name.startsWith("data-")) this.dataset[name.slice(5)] = value;
  }
  removeAttribute() {}
  querySelector() {
    return null;
  }
  querySelectorAll() {
    return [];
  }
  addEventListener(name, listener) {
    this.listeners[name] = listener;
  }
  focus() {}
}

class Observer {
  constructor(callback) {
    this.callback = callback;
  }
  observe(target) {
    this.callback([{ contentRect: { width: 600 }, isIntersecting: true, target }]);
  }
  unobserve() {}
}

const errors = [];
console.error = (error) => errors.push(String(error));
Object.assign(globalThis, {
  ResizeObserver: Observer,
  IntersectionObserver: Observer,
  document: {
    baseURI: "http://dashboard.test/",
    createElement: (tag) => new Element(tag),
    createElementNS: (_, tag) => new Element(tag),
    getElementById: () => new Element("div"),
  },
  location: { hash: "" },
  history: { state: null, replaceState() {} },
  fetch: async ({ pathname }) => {
    if (pathname === "/v1/auth/browser") return { ok: true, json: async () => ({ csrf_token: "proof" }) };
    const match = ANSWERS.find(([pattern]) => new RegExp(pattern).test(pathname));
    if (!match) errors.push(`no answer for ${pathname}`);
    return { ok: true, status: 200, json: async () => structuredClone(match[1]) };
  },
});

function texts(node) {
  if (!(node instanceof Element)) return [String(node)];
  node.listeners.toggle?.({});
  return node.children.flatMap(texts);
}

const settle = () => new Promise((resolve) => setTimeout(resolve, 50));
const context = {
  id: "00000000-0000-0000-0000-000000000001",
  query: {},
  filters: {},
  me: { kind: "user", id: "00000000-0000-0000-0000-000000000009", role: "owner", timezone: "UTC" },
  workspace: {
    name: "W",
    organization: { name: "O", plan: "growth" },
    admins: ["Ana"],
    features: ["alerts", "clusters", "directory", "export", "sso", "tickets"],
  },
  restart() {},
  signal: new AbortController().signal,
  reload() {},
};
const result = {};
const { SCREENS } = await import(new URL("../../../api/dashboard/routes.js", import.meta.url));
// One path shows a list, and with a name one thing of it.
const NAMED = { "/services": "checkout", "/teams": "@acme/shop" };
const rows = SCREENS.flatMap((row) => (row.path in NAMED ? [row, { ...row, name: NAMED[row.path] }] : [row]));
for (const row of rows) {
  const show = await row.load();
  const query = row.name ? { name: row.name } : {};
  const screen = await show({ ...context, query, screen: row, screens: SCREENS });
  await settle();
  texts(screen);
  await settle();
  result[row.name ? `${row.path}?name=${row.name}` : row.path] = {
    text: texts(screen).join(" "),
    errors: errors.splice(0),
  };
}
console.log(JSON.stringify(result));

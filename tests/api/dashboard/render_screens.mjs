// Renders every screen against a stub of the DOM and of the API; prints {screen: {text, errors}} as JSON.

import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

const SCREENS = new URL("../../../api/dashboard/screens/", import.meta.url);
const ANSWERS = JSON.parse(readFileSync(fileURLToPath(new URL("answers.json", import.meta.url)), "utf8"));
const SHOWN = {
  overview: "showOverview",
  "patterns/patterns": "showPatterns",
  "patterns/pattern": "showPattern",
  "predictions/predictions": "showPredictions",
  clusters: "showClusters",
  "issues/issues": "showIssues",
  "issues/issue": "showIssue",
  "recommendations/recommendation": "showRecommendation",
  "recommendations/recommendations": "showRecommendations",
  weekly_report: "showReport",
  changes: "showChanges",
  "predictions/prediction": "showPrediction",
  "connectors/connectors": "showConnectors",
  "connectors/connector": "showConnector",
  "connectors/new_connector": "showNewConnector",
  "connectors/own_types": "showOwnTypes",
  "alerts/alert_rules": "showAlertRules",
  "settings/account": "showAccount",
  "settings/audit": "showAudit",
  "settings/directory": "showDirectory",
  "settings/export": "showExport",
  "settings/keys": "showKeys",
  "settings/members": "showMembers",
  "settings/organization": "showOrganization",
  "settings/workspace": "showSettings",
  setup: "showSetup",
};

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
  me: { kind: "user", id: "00000000-0000-0000-0000-000000000009", role: "owner", timezone: "UTC" },
  workspace: {
    name: "W",
    organization: { name: "O" },
    features: ["alerts", "clusters", "directory", "export", "sso", "tickets"],
  },
  restart() {},
  signal: new AbortController().signal,
  reload() {},
};
const result = {};
for (const [name, show] of Object.entries(SHOWN)) {
  const screen = await (await import(new URL(`${name}.js`, SCREENS)))[show](context);
  await settle();
  texts(screen);
  await settle();
  result[name] = { text: texts(screen).join(" "), errors: errors.splice(0) };
}
console.log(JSON.stringify(result));

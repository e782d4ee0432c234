// Opens the pages of links against a stub of the DOM and of the API; prints what they showed and sent as JSON.

const DASHBOARD = new URL("../../../api/dashboard/", import.meta.url);
let sent = [];
let values = {};
let left = null;

class Element {
  constructor(tag) {
    Object.assign(this, { tag, children: [], style: {}, dataset: {}, listeners: {} });
  }
  append(...children) {
    this.children.push(...children);
  }
  replaceChildren(...children) {
    this.children = children;
  }
  setAttribute() {}
  addEventListener(name, listener) {
    this.listeners[name] = listener;
  }
}

const ANSWERS = {
  "/v1/auth/invitation": {
    organization: "Acme",
    workspace: "Main",
    email: "ana@example.com",
    role: "viewer",
    proof: "new_password",
  },
  "/v1/auth/accept": { email: "ana@example.com", workspace_id: "w" },
  "/v1/auth/login": { access_token: "a", refresh_token: "r" },
  "/v1/organizations": { email: "ana@example.com", invitation_link: "http://dashboard.test/#accept=cli_y" },
};
const INVALID = { detail: "this link was used or replaced", code: "link_invalid" };

Object.assign(globalThis, {
  document: {
    baseURI: "http://dashboard.test/",
    createElement: (tag) => new Element(tag),
    createElementNS: (_, tag) => new Element(tag),
  },
  sessionStorage: { getItem: () => null, setItem() {}, removeItem() {} },
  location: { hash: "#accept=cli_x", pathname: "/" },
  history: { replaceState: (_state, _title, address) => (left = address) },
  FormData: class {
    *[Symbol.iterator]() {
      yield* Object.entries(values);
    }
  },
  fetch: async ({ pathname }, { body }) => {
    const document = JSON.parse(body);
    sent.push([pathname, document]);
    const ok = document.token !== "cli_bad";
    return { ok, status: ok ? 200 : 404, json: async () => (ok ? ANSWERS[pathname] : INVALID) };
  },
});

const { acceptScreen, startScreen } = await import(new URL("screens/sign_in/invitation.js", DASHBOARD));
const { takeLinkFromAddress } = await import(new URL("lib/session.js", DASHBOARD));

const texts = (node) => (node instanceof Element ? node.children.flatMap(texts) : [String(node)]);
const find = (node, tag) =>
  node instanceof Element &&
  (node.tag === tag ? node : node.children.map((child) => find(child, tag)).find(Boolean));

async function submit(page, entered) {
  values = entered;
  await find(page, "form").listeners.submit({ preventDefault() {}, target: null });
}

const address = { link: takeLinkFromAddress(), left };

let done = false;
const accepting = await acceptScreen("cli_x", () => (done = true));
const shown = texts(accepting).join(" ");
await submit(accepting, { username: "ana@example.com", password: "correct horse" });
const accept = { text: shown, sent, done };

sent = [];
const invalid = { text: texts(await acceptScreen("cli_bad", () => {})).join(" ") };

sent = [];
let next = null;
const starting = startScreen("cls_x", (token) => (next = token));
await submit(starting, { organization: "Acme", name: "Ana", email: "ana@example.com" });
const start = { text: texts(starting).join(" "), sent, accepting: next };

console.log(JSON.stringify({ address, accept, invalid, start }));

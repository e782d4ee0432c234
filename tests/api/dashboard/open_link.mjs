// Opens the dashboard with a key in its address against a stub of the DOM; prints what it did before and after consent.

const requests = [];
const stored = [];
const cookies = [];

class Element {
  constructor(tag) {
    Object.assign(this, { tag, children: [], style: {}, dataset: {}, listeners: {}, textContent: "" });
  }
  append(...children) {
    this.children.push(...children);
  }
  replaceChildren(...children) {
    this.children = children;
  }
  querySelectorAll() {
    return [];
  }
  setAttribute() {}
  removeAttribute() {}
  addEventListener(name, listener) {
    this.listeners[name] = listener;
  }
  focus() {}
}

const elements = { main: new Element("main"), bar: new Element("header"), skip: new Element("a") };
Object.assign(globalThis, {
  document: {
    baseURI: "http://dashboard.test/",
    createElement: (tag) => new Element(tag),
    createElementNS: (_, tag) => new Element(tag),
    getElementById: (id) => (elements[id] ??= new Element(id)),
  },
  addEventListener() {},
  scrollTo() {},
  sessionStorage: {
    getItem: () => null,
    setItem: (_, value) => stored.push(value),
    removeItem() {},
  },
  location: { hash: "#key=cl_from_a_link&to=/patterns", pathname: "/" },
  history: { replaceState: (_state, _title, address) => (location.hash = address.slice(1)) },
  fetch: async (address, options) => {
    if (!options) return new Response('{"csrf_token": null}'); // is this browser signed in?
    if (address.pathname === "/v1/auth/browser") {
      cookies.push([options.method, new Headers(options.headers).get("authorization")]);
      return new Response('{"csrf_token": "proof"}');
    }
    requests.push([address.pathname, new Headers(options.headers).get("authorization")]);
    return new Response("{}", { status: 503, headers: { "content-type": "application/problem+json" } });
  },
});

function find(node, matches) {
  if (!(node instanceof Element)) return null;
  return matches(node) ? node : (node.children.map((child) => find(child, matches)).find(Boolean) ?? null);
}

const settle = () => new Promise((resolve) => setImmediate(resolve));
await import(new URL("../../../api/dashboard/main.js", import.meta.url));
await settle();
const before = { requests: [...requests], cookies: [...cookies], hash: location.hash };
const consent = find(elements.main, ({ children }) => children[0] === "Sign in with this key");
consent?.listeners.click();
await settle();
console.log(JSON.stringify({ before, needsConsent: consent !== null, requests, cookies, stored }));

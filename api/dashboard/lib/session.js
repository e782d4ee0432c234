// The session: the browser keeps it in a cookie that scripts cannot read; this page holds the token that proves
// its requests. A credential that was just entered is in memory only until the server has exchanged it.

import { asSentence } from "./sentences.js";

/** @import { Model } from "../types.js" */

const ADDRESS = new URL("v1/auth/browser", new URL("./", document.baseURI));
/** @type {Pick<Model<"BrowserSession">, "single_sign_on" | "password_reset">} */
let methods = { single_sign_on: false, password_reset: false };
/** @type {string | null} */
let token = null;
/** @type {string | null} */
let bearer = null;
let pending = resume();

/** Wait until it is clear whether the browser is signed in. */
export const sessionResumed = () => pending;

/** Ask whether the browser is signed in already, so that a new tab is. */
async function resume() {
  try {
    const response = await fetch(ADDRESS);
    if (!response.ok) return;
    /** @type {Model<"BrowserSession">} */
    const session = await response.json();
    methods = session;
    token = session.csrf_token;
  } catch {
    // Without a connection, the first request of a screen says so.
  }
}

/** Whether there is a session to try. */
export const isSignedIn = () => token !== null || bearer !== null;

/** How people may sign in here, besides a password or a key: `single_sign_on`, `password_reset`. */
export const signInMethods = () => methods;

/**
 * The headers that prove a request.
 * @param {string} method
 * @returns {Promise<Record<string, string>>}
 */
export async function authHeaders(method) {
  await pending;
  if (bearer !== null) return { Authorization: `Bearer ${bearer}` };
  return token !== null && method !== "GET" ? { "X-CSRF-Token": token } : {};
}

/**
 * Sign in with a service-account key.
 * @param {string} key
 */
export const saveKey = (key) => keep(key.trim());

/**
 * Sign in with the tokens of a password login, or of a change of workspace; ends when the browser keeps them.
 * @param {{ access_token: string }} tokens
 */
export const saveTokens = (tokens) => keep(tokens.access_token);

/** @param {string} credential */
function keep(credential) {
  bearer = credential;
  token = null;
  pending = pending.then(() => exchange(credential));
  return pending;
}

/** @param {string} credential */
async function exchange(credential) {
  if (bearer !== credential) return;
  try {
    const headers = { Authorization: `Bearer ${credential}` };
    const response = await fetch(ADDRESS, { method: "POST", headers });
    if (!response.ok) return; // the next request bears the credential, and shows what is wrong with it
    token = (await response.json()).csrf_token;
    bearer = null;
  } catch {
    // Without a connection, the next request says so.
  }
}

/** Ask again whether the browser is signed in, after a request that may have changed that. */
export function resumeSession() {
  pending = pending.then(resume);
  return pending;
}

/**
 * Go to the identity provider, which leads back here.
 * @param {string} [workspaceId]
 */
export async function startSingleSignOn(workspaceId) {
  const response = await fetch(new URL("v1/auth/oidc", new URL("./", document.baseURI)), {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify(workspaceId ? { workspace_id: workspaceId } : {}),
  });
  const answer = await response.json();
  if (!response.ok) throw new Error(asSentence(answer.detail));
  location.assign(answer.address);
}

async function endSession() {
  await fetch(ADDRESS, { method: "DELETE" });
}

/** End the session, in all tabs. */
export function clearSession() {
  if (!isSignedIn()) return;
  bearer = token = null;
  pending = pending.then(endSession).catch(() => {});
}

/** Take a key in `#key=…` out of the address, so that the person can confirm it; null: there is none. */
export function takeKeyFromAddress() {
  const match = /^#key=(cl_[A-Za-z0-9_-]+)(?:&to=(\/[^#]*))?$/.exec(location.hash);
  if (!match) return null;
  history.replaceState(null, "", `${location.pathname}#${match[2] ?? "/"}`);
  return match[1];
}

/** Take the token of a link, such as `#accept=…`, out of the address; null: there is none. */
export function takeLinkFromAddress() {
  const match = /^#(accept|confirm|reset|start)=(cl[inps]_[A-Za-z0-9_-]+)$/.exec(location.hash);
  if (!match) return null;
  history.replaceState(null, "", `${location.pathname}#/`);
  return { kind: match[1], token: match[2] };
}

/** Take `#join` out of the address, where a sign-in at the identity provider leads who is only invited. */
export function takeJoiningFromAddress() {
  if (location.hash !== "#join") return false;
  history.replaceState(null, "", `${location.pathname}#/`);
  return true;
}

/** Take out of the address why a sign-in at the identity provider failed; undefined: none did. */
export function takeFailureFromAddress() {
  const match = /^#sign-in-failed=(.*)$/.exec(location.hash);
  if (!match) return undefined;
  history.replaceState(null, "", `${location.pathname}#/`);
  return decodeURIComponent(match[1]);
}

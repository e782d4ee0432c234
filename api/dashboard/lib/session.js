// The session: credentials are kept in memory and in this tab's sessionStorage only.

const STORAGE_KEY = "causeloop.session";
let session = readStored();
let refreshing = null;

function readStored() {
  try {
    return JSON.parse(sessionStorage.getItem(STORAGE_KEY));
  } catch {
    return null;
  }
}

function save(next) {
  session = next;
  if (next) sessionStorage.setItem(STORAGE_KEY, JSON.stringify(next));
  else sessionStorage.removeItem(STORAGE_KEY);
}

/** Whether there is a credential to try. */
export const isSignedIn = () => session !== null;

/** The credential for the Authorization header. */
export const credential = () => session?.access ?? "";

/** Sign in with a service-account key. */
export const saveKey = (key) => save({ access: key.trim(), refresh: null });

/** Sign in with the tokens of a password login. */
export const saveTokens = (tokens) => save({ access: tokens.access_token, refresh: tokens.refresh_token });

/** End the session in this tab. */
export const clearSession = () => save(null);

/** The token that ends or renews the session; keys have none. */
export const refreshToken = () => session?.refresh ?? null;

/** Renew an expired token once for all concurrent requests; false: sign in again. */
export function renew(exchange) {
  refreshing ??= exchange(refreshToken())
    .then((tokens) => (saveTokens(tokens), true))
    .catch(() => false)
    .finally(() => (refreshing = null));
  return refreshing;
}

/** Take a key in `#key=…` out of the address, so that the person can confirm it; null: there is none. */
export function takeKeyFromAddress() {
  const match = /^#key=(cl_[A-Za-z0-9_-]+)(?:&to=(\/[^#]*))?$/.exec(location.hash);
  if (!match) return null;
  history.replaceState(null, "", `${location.pathname}#${match[2] ?? "/"}`);
  return match[1];
}

/** Take the token of a link, `#accept=…` or `#start=…`, out of the address; null: there is none. */
export function takeLinkFromAddress() {
  const match = /^#(accept|start)=(cl[is]_[A-Za-z0-9_-]+)$/.exec(location.hash);
  if (!match) return null;
  history.replaceState(null, "", `${location.pathname}#/`);
  return { kind: match[1], token: match[2] };
}

// Who is signed in: tokens live in memory and in this tab's sessionStorage, nowhere else.

const PLACE = "causeloop.session";
let session = stored();
let refreshing = null;

function stored() {
  try {
    return JSON.parse(sessionStorage.getItem(PLACE));
  } catch {
    return null;
  }
}

function keep(next) {
  session = next;
  if (next) sessionStorage.setItem(PLACE, JSON.stringify(next));
  else sessionStorage.removeItem(PLACE);
}

/** Whether there is a credential to try. */
export const signedIn = () => session !== null;

/** The credential for the Authorization header. */
export const credential = () => session?.access ?? "";

/** Sign in with a service-account key. */
export const keepKey = (key) => keep({ access: key.trim(), refresh: null });

/** Sign in with what the API answered to a password. */
export const keepTokens = (tokens) => keep({ access: tokens.access_token, refresh: tokens.refresh_token });

/** Forget everything. */
export const forget = () => keep(null);

/** The token that ends or renews the session; keys have none. */
export const refreshToken = () => session?.refresh ?? null;

/** Renew an expired token once, however many requests ask at the same time; false: sign in again. */
export function renew(exchange) {
  refreshing ??= exchange(refreshToken())
    .then((tokens) => (keepTokens(tokens), true))
    .catch(() => false)
    .finally(() => (refreshing = null));
  return refreshing;
}

/** A key in `#key=…` signs in once and leaves the address at once; says whether there was one. */
export function takeKeyFromAddress() {
  const found = /^#key=(cl_[A-Za-z0-9_-]+)(?:&to=(\/[^#]*))?$/.exec(location.hash);
  if (!found) return false;
  keepKey(found[1]);
  history.replaceState(null, "", `${location.pathname}#${found[2] ?? "/"}`);
  return true;
}

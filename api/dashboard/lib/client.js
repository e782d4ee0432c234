// HTTP client of the API: paths are the templates of its OpenAPI document, error responses become `ApiError`.

import { authHeaders, clearSession } from "./session.js";

const ROOT = new URL("./", document.baseURI);

/** An error response; the message says what failed and what to do. */
export class ApiError extends Error {
  constructor(status, problem) {
    super(problem.detail ?? problem.title ?? `the server responded with ${status}`);
    this.status = status;
    this.code = problem.code ?? "unknown";
    this.trace = problem.trace_id ?? null;
    this.fields = problem.errors ?? [];
    this.problem = problem;
  }
}

/** Read: `get("/v1/patterns/{pattern_id}", {pattern_id}, {limit: 5})`. */
export const get = (path, parameters, query, signal) =>
  request("GET", address(path, parameters, query), undefined, signal);

/** Create something or start an action. */
export const post = (path, parameters, body) => request("POST", address(path, parameters), body);

/** Change something. */
export const patch = (path, parameters, body) => request("PATCH", address(path, parameters), body);

/** Set something. */
export const put = (path, parameters, body) => request("PUT", address(path, parameters), body);

/** Delete something. */
export const remove = (path, parameters) => request("DELETE", address(path, parameters));

/** A streaming response, read as it arrives. */
export const open = (path, headers, signal, query) =>
  send("GET", address(path, {}, query), undefined, signal, headers);

function address(path, parameters = {}, query = {}) {
  const filled = path.replace(/\{(\w+)\}/g, (_, name) => encodeURIComponent(parameters[name]));
  const url = new URL(filled.slice(1), ROOT);
  for (const [name, value] of Object.entries(query)) {
    for (const item of [value].flat()) {
      if (item !== undefined && item !== null && item !== "") url.searchParams.append(name, item);
    }
  }
  return url;
}

const isSigningIn = (url) => url.pathname.includes("/v1/auth/");

async function request(method, url, body, signal) {
  const response = await send(method, url, body, signal);
  if (response.ok) return response.status === 204 ? null : response.json();
  const problem = await response.json().catch(() => ({}));
  if (response.status === 401 && !isSigningIn(url)) {
    clearSession();
    dispatchEvent(new CustomEvent("signed-out", { detail: problem.detail }));
  }
  throw new ApiError(response.status, problem);
}

async function send(method, url, body, signal, extra = {}) {
  const headers = { Accept: "application/json", ...extra, ...(await authHeaders(method)) };
  if (body !== undefined) headers["Content-Type"] = "application/json";
  try {
    return await fetch(url, {
      method,
      headers,
      signal,
      body: body === undefined ? undefined : JSON.stringify(body),
    });
  } catch (error) {
    if (error.name === "AbortError") throw error;
    throw new ApiError(0, { detail: "The server does not respond. Check the connection, then try again." });
  }
}

// HTTP client of the API: paths are the templates of its OpenAPI document, error responses become `ApiError`.

import { asSentence } from "./sentences.js";
import { authHeaders, clearSession } from "./session.js";

/** @import { Answer, Body, Model, PathParameters, PathsWith, Query } from "../types.js" */

const ROOT = new URL("./", document.baseURI);

/** An error response; the message says what failed and what to do. */
export class ApiError extends Error {
  /**
   * @param {number} status
   * @param {Partial<Model<"ProblemDetails">>} problem
   */
  constructor(status, problem) {
    super(asSentence(problem.detail ?? problem.title ?? `The server responded with ${status}`));
    this.status = status;
    this.code = problem.code ?? "unknown";
    this.trace = problem.trace_id ?? null;
    this.fields = problem.errors ?? [];
    this.problem = problem;
  }
}

/**
 * Read: `get("/v1/patterns/{pattern_id}", {pattern_id}, {limit: 5})`.
 * @template {PathsWith<"get">} Path
 * @param {Path} path
 * @param {PathParameters<Path, "get">} [parameters]
 * @param {Query<Path, "get">} [query]
 * @param {AbortSignal} [signal]
 * @returns {Promise<Answer<Path, "get">>}
 */
export const get = (path, parameters, query, signal) =>
  request("GET", address(path, parameters, query), undefined, signal);

/**
 * Create something or start an action.
 * @template {PathsWith<"post">} Path
 * @param {Path} path
 * @param {PathParameters<Path, "post">} parameters
 * @param {Body<Path, "post">} [body]
 * @returns {Promise<Answer<Path, "post">>}
 */
export const post = (path, parameters, body) => request("POST", address(path, parameters), body);

/**
 * Change something.
 * @template {PathsWith<"patch">} Path
 * @param {Path} path
 * @param {PathParameters<Path, "patch">} parameters
 * @param {Body<Path, "patch">} body
 * @returns {Promise<Answer<Path, "patch">>}
 */
export const patch = (path, parameters, body) => request("PATCH", address(path, parameters), body);

/**
 * Set something.
 * @template {PathsWith<"put">} Path
 * @param {Path} path
 * @param {PathParameters<Path, "put">} parameters
 * @param {Body<Path, "put">} body
 * @returns {Promise<Answer<Path, "put">>}
 */
export const put = (path, parameters, body) => request("PUT", address(path, parameters), body);

/**
 * Delete something.
 * @template {PathsWith<"delete">} Path
 * @param {Path} path
 * @param {PathParameters<Path, "delete">} [parameters]
 * @returns {Promise<Answer<Path, "delete">>}
 */
export const remove = (path, parameters) => request("DELETE", address(path, parameters));

/**
 * Send a file as it is: what was understood of it.
 * @param {File} file
 * @returns {Promise<Model<"Upload">>}
 */
export const sendFile = (file) => request("POST", address("/v1/uploads", {}, { name: file.name }), file);

/**
 * Send a post-mortem as it is: what was understood of it.
 * @param {File} file
 * @returns {Promise<Model<"Postmortem">>}
 */
export const sendPostmortem = (file) =>
  request("POST", address("/v1/postmortems", {}, { name: file.name }), file);

/**
 * A streaming response, read as it arrives.
 * @template {PathsWith<"get">} Path
 * @param {Path} path
 * @param {Record<string, string>} headers
 * @param {AbortSignal} [signal]
 * @param {Query<Path, "get">} [query]
 */
export const open = (path, headers, signal, query) =>
  send("GET", address(path, {}, query), undefined, signal, headers);

/**
 * @param {string} path
 * @param {object} [parameters]
 * @param {object} [query]
 */
function address(path, parameters = {}, query = {}) {
  /** @type {Record<string, string>} */
  const values = { ...parameters };
  const filled = path.replace(/\{(\w+)\}/g, (_, name) => encodeURIComponent(values[name]));
  const url = new URL(filled.slice(1), ROOT);
  for (const [name, value] of Object.entries(query)) {
    for (const item of [value].flat()) {
      if (item !== undefined && item !== null && item !== "") url.searchParams.append(name, String(item));
    }
  }
  return url;
}

/** @param {URL} url */
const isSigningIn = (url) => url.pathname.includes("/v1/auth/");

/**
 * @param {string} method
 * @param {URL} url
 * @param {unknown} [body]
 * @param {AbortSignal} [signal]
 */
async function request(method, url, body, signal) {
  const response = await send(method, url, body, signal);
  if (response.ok) return response.status === 204 ? null : response.json();
  const problem = await response.json().catch(() => ({}));
  if (response.status === 401 && !isSigningIn(url)) {
    clearSession();
    const detail = problem.detail && asSentence(problem.detail);
    dispatchEvent(new CustomEvent("signed-out", { detail }));
  }
  throw new ApiError(response.status, problem);
}

/**
 * @param {string} method
 * @param {URL} url
 * @param {unknown} body
 * @param {AbortSignal} [signal]
 * @param {Record<string, string>} [extra]
 */
async function send(method, url, body, signal, extra = {}) {
  /** @type {Record<string, string>} */
  const headers = { Accept: "application/json", ...extra, ...(await authHeaders(method)) };
  const isFile = body instanceof Blob;
  if (body !== undefined) headers["Content-Type"] = isFile ? "application/octet-stream" : "application/json";
  try {
    return await fetch(url, {
      method,
      headers,
      signal,
      body: body === undefined || isFile ? body : JSON.stringify(body),
    });
  } catch (error) {
    if (isAborted(error)) throw error;
    throw new ApiError(0, { detail: "The server does not respond. Check the connection, then try again." });
  }
}

/**
 * Whether a request failed because nobody is waiting for its answer.
 * @param {unknown} error
 */
export const isAborted = (error) => error instanceof Error && error.name === "AbortError";

/**
 * The message of an error, for people.
 * @param {unknown} error
 */
export const messageOf = (error) => (error instanceof Error ? error.message : String(error));

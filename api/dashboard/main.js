// Entry point: signs in, shows the screen that the address names, and reloads it when results change.

import { buildBar, markTab, refreshBell } from "./bar/bar.js";
import { listenToKeys } from "./keyboard.js";
import { get } from "./lib/client.js";
import { closeDialog } from "./lib/dialog.js";
import { h, link } from "./lib/elements.js";
import { readQuery } from "./lib/filters/values.js";
import { useTimeZone } from "./lib/format.js";
import {
  capturePageState,
  isPageInUse,
  restorePageState,
  savedScrollPosition,
  trackScrollPosition,
} from "./lib/page_state.js";
import {
  clearSession,
  isSignedIn,
  sessionResumed,
  takeFailureFromAddress,
  takeJoiningFromAddress,
  takeKeyFromAddress,
  takeLinkFromAddress,
} from "./lib/session.js";
import { failure, loading, waitForParts } from "./lib/states.js";
import { follow } from "./lib/stream.js";
import { findScreen, SCREENS } from "./routes.js";
import { markBrokenFeeds, readBrokenFeeds } from "./screens/connectors/broken_feeds.js";
import { refusalOf } from "./screens/refusal.js";
import { acceptScreen, joinScreen, startScreen } from "./screens/sign_in/invitation.js";
import { confirmScreen, resetScreen } from "./screens/sign_in/password_reset.js";
import { linkScreen, signInScreen } from "./screens/sign_in/sign_in.js";

/** @import { Filters, Me, Screen, ScreenContext, Workspace } from "./types.js" */
/** @typedef {NonNullable<ReturnType<typeof savedScrollPosition>>} SavedPosition */

const RELOAD_DELAY = 1_500;
const PARTS_DELAY = 600;

const main = elementOfPage("main");
const bar = elementOfPage("bar");
const live = h("span", { class: "live", role: "status" });
/** @type {Me} */
let me;
/** @type {Workspace} */
let workspace;
/** @type {AbortController | null} */
let stream = null;
let loadingScreen = new AbortController();
/** @type {ReturnType<typeof setTimeout> | undefined} */
let reloadTimer;

/**
 * An element that `index.html` has.
 * @param {string} id
 */
function elementOfPage(id) {
  return /** @type {HTMLElement} */ (document.getElementById(id));
}

function currentRoute() {
  const [path, query = ""] = (location.hash.slice(1) || "/").split("?");
  return { path, query: Object.fromEntries(new URLSearchParams(query)), filters: readQuery(query) };
}

/** Show the screen that the address names; `isReload` keeps the scroll position and what was typed. */
async function show({ isReload = false } = {}) {
  loadingScreen.abort();
  loadingScreen = new AbortController();
  closeDialog();
  const { path, query, filters } = currentRoute();
  const found = findScreen(path);
  markTab(bar, found?.screen.parent ?? path);
  if (!found) return render(notFound(), "Not found");
  const { screen, id } = found;
  // Read now: the page shrinks while the screen loads, which would be saved as scrolled to the top.
  const savedPosition = isReload ? null : savedScrollPosition();
  if (savedPosition) main.style.minHeight = `${savedPosition.height}px`;
  if (!isReload) main.replaceChildren(loading(screen.title.toLowerCase()));
  await fillScreen(screen, {
    id,
    query,
    filters,
    isReload,
    savedPosition,
    signal: loadingScreen.signal,
  });
}

/**
 * @param {Screen} screen
 * @param {{ id: string, query: Record<string, string>, filters: Filters, isReload: boolean, savedPosition: SavedPosition | null, signal: AbortSignal }} options
 */
async function fillScreen(screen, { id, query, filters, isReload, savedPosition, signal }) {
  const reload = () => show({ isReload: true });
  const context = {
    id,
    query,
    filters,
    me,
    workspace,
    screen,
    screens: SCREENS,
    signal,
    reload,
    restart: start,
  };
  const refused = refusalOf(screen, { me, workspace });
  const fail = (/** @type {unknown} */ error) => (signal.aborted ? null : failure(error, () => show()));
  const content = refused ?? (await showScreen(context).catch(fail));
  if (!signal.aborted) await waitForParts(PARTS_DELAY);
  if (content && !signal.aborted)
    render(content, content.dataset.title ?? screen.title, { isReload, savedPosition });
}

/** @param {ScreenContext} context */
const showScreen = async (context) => (await context.screen.load())(context);

/**
 * @param {HTMLElement} content
 * @param {string} title
 * @param {{ isReload?: boolean, savedPosition?: SavedPosition | null }} [options]
 */
function render(content, title, { isReload = false, savedPosition = null } = {}) {
  document.title = `${title} · Causeloop`;
  const pageState = isReload ? capturePageState(main) : null;
  // Parts load after the screen: until then the page stays as high, so that it does not jump.
  const height = isReload ? main.offsetHeight : savedPosition?.height;
  main.style.minHeight = height ? `${height}px` : "";
  main.replaceChildren(content);
  if (pageState) return restorePageState(pageState);
  scrollTo(0, savedPosition?.scroll ?? 0);
  // A menu that somebody has opened meanwhile stays open.
  if (!bar.querySelectorAll(".menu [aria-expanded=true]").length) main.focus({ preventScroll: true });
}

function notFound() {
  return h(
    "div",
    { class: "state" },
    h("h1", {}, "Page not found"),
    h("p", {}, link("/", "Go to the overview")),
  );
}

async function start() {
  await sessionResumed();
  if (!isSignedIn()) return showSignIn(takeFailureFromAddress());
  main.replaceChildren(loading("your workspace"));
  // Its scripts arrive while the server says who is signed in; the screen itself says what is wrong with them.
  findScreen(currentRoute().path)
    ?.screen.load()
    .catch(() => {});
  try {
    [me, workspace] = await Promise.all([get("/v1/me"), get("/v1/workspace")]);
    useTimeZone(me.timezone);
    buildBar(bar, { me, workspace, live, signOut });
    await show();
    listen();
    refreshBar();
  } catch (error) {
    if (isSignedIn()) render(failure(error, start), "Causeloop");
  }
}

const refreshBar = async () => {
  refreshBell();
  markBrokenFeeds(bar, await readBrokenFeeds(me));
};

function listen() {
  stream?.abort();
  stream = new AbortController();
  const labels = { live: "Live", reconnecting: "Reconnecting", off: "" };
  follow(
    onChange,
    (state) => {
      live.textContent = labels[state];
      live.title = labels[state];
      live.dataset.state = state;
    },
    stream.signal,
  );
}

function onChange() {
  refreshBar();
  clearTimeout(reloadTimer);
  reloadTimer = setTimeout(
    () => (isPageInUse(main) || document.querySelector("dialog") ? offerRefresh() : show({ isReload: true })),
    RELOAD_DELAY,
  );
}

function offerRefresh() {
  if (main.querySelector(".news")) return;
  const reload = () => show({ isReload: true });
  main.prepend(
    h(
      "p",
      { class: "news", role: "status" },
      "New results are available. ",
      h("button", { type: "button", onclick: reload }, "Refresh"),
    ),
  );
}

/** @param {string} [why] */
function showSignIn(why) {
  stream?.abort();
  loadingScreen.abort();
  bar.hidden = true;
  render(signInScreen(start, why), "Sign in");
}

/**
 * The page of a one-time link: the first organization, an invitation, a new password or an address to confirm.
 * @param {{ kind: string, token: string }} options
 */
async function openLink({ kind, token }) {
  stream?.abort();
  loadingScreen.abort();
  bar.hidden = true;
  /** @param {string} token */
  const accept = (token) => openLink({ kind: "accept", token });
  if (kind === "start") render(startScreen(token, accept), "Welcome");
  else if (kind === "reset") render(resetScreen(token, start), "New password");
  else if (kind === "confirm") render(confirmScreen(token, start), "Alerts by e-mail");
  else render(await acceptScreen(token, start), "Invitation");
}

/** Ask what somebody wants to join who has signed in, and is only invited. */
async function openJoining() {
  stream?.abort();
  loadingScreen.abort();
  bar.hidden = true;
  render(await joinScreen(start), "Join a workspace");
}

/** Ask whether the key of a link is used: whoever made the link would see what is entered afterwards. */
function openLinkOfAddress() {
  const link = takeLinkFromAddress();
  if (link) {
    openLink(link);
    return true;
  }
  if (takeJoiningFromAddress()) {
    openJoining();
    return true;
  }
  const key = takeKeyFromAddress();
  if (key) {
    stream?.abort();
    loadingScreen.abort();
    bar.hidden = true;
    render(linkScreen(key, start), "Sign in");
  }
  return key !== null;
}

function signOut() {
  clearSession();
  showSignIn();
}

elementOfPage("skip").addEventListener("click", (event) => {
  event.preventDefault();
  main.focus();
});
addEventListener("hashchange", () => openLinkOfAddress() || (isSignedIn() && show()));
addEventListener("signed-out", (event) =>
  showSignIn(/** @type {CustomEvent} */ (event).detail ?? "Your session has ended: sign in again."),
);
trackScrollPosition(main);
listenToKeys(main, () => (bar.hidden ? null : { me, workspace }));
if (!openLinkOfAddress()) start();

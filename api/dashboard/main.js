// Entry point: signs in, routes the address to a screen, and reloads when results change.

import { get, post } from "./lib/client.js";
import { h, link } from "./lib/elements.js";
import { useTimeZone } from "./lib/format.js";
import {
  clearSession,
  refreshToken,
  isSignedIn,
  takeKeyFromAddress,
  takeLinkFromAddress,
} from "./lib/session.js";
import { failure, loading, notice } from "./lib/states.js";
import { follow } from "./lib/stream.js";
import { acceptScreen, startScreen } from "./screens/links/accept.js";
import { showClusters } from "./screens/clusters.js";
import { showConnectors } from "./screens/connectors.js";
import { showIssue } from "./screens/issue.js";
import { showIssues } from "./screens/issues.js";
import { showOverview } from "./screens/overview.js";
import { showPattern } from "./screens/pattern.js";
import { showPatterns } from "./screens/patterns.js";
import { showPredictions } from "./screens/predictions.js";
import { showRecommendation } from "./screens/recommendation.js";
import { linkScreen, signInScreen } from "./screens/sign_in.js";

const SCREENS = [
  { path: /^\/$/, show: showOverview, name: "Overview" },
  { path: /^\/patterns$/, show: showPatterns, name: "Patterns" },
  { path: /^\/patterns\/([0-9a-f-]{36})$/, show: showPattern, name: "Pattern", under: "/patterns" },
  { path: /^\/predictions$/, show: showPredictions, name: "Predictions" },
  { path: /^\/clusters$/, show: showClusters, name: "Clusters" },
  { path: /^\/issues$/, show: showIssues, name: "Issues" },
  { path: /^\/issues\/([0-9a-f-]{36})$/, show: showIssue, name: "Issue", under: "/issues" },
  { path: /^\/connectors$/, show: showConnectors, name: "Connectors" },
  {
    path: /^\/recommendations\/([0-9a-f-]{36})$/,
    show: showRecommendation,
    name: "Recommendation",
    under: "/",
  },
];
const TABS = [
  { path: "/", name: "Overview" },
  { path: "/patterns", name: "Patterns" },
  { path: "/predictions", name: "Predictions" },
  { path: "/clusters", name: "Clusters", feature: "clusters" },
  { path: "/issues", name: "Issues" },
  { path: "/connectors", name: "Connectors", isForAnalysts: true },
];
const RELOAD_DELAY = 1_500;

const main = document.getElementById("main");
const bar = document.getElementById("bar");
const live = h("span", { class: "live", role: "status" });
let me = null;
let streaming = null;
let showing = new AbortController();
let reloadTimer = null;

function currentRoute() {
  const [path, query = ""] = (location.hash.slice(1) || "/").split("?");
  return { path, query: Object.fromEntries(new URLSearchParams(query)) };
}

/** Show the screen that the address names; `again` keeps the scroll position. */
async function show({ again = false } = {}) {
  showing.abort();
  showing = new AbortController();
  const { path, query } = currentRoute();
  const screen = SCREENS.find((candidate) => candidate.path.test(path));
  markTab(screen?.under ?? path);
  if (!screen) return place(notFound(), "Not found");
  if (!again) main.replaceChildren(loading(screen.name.toLowerCase()));
  await fillScreen(screen, { id: screen.path.exec(path)[1], query, again, signal: showing.signal });
}

async function fillScreen(screen, { id, query, again, signal }) {
  const context = { id, query, me, signal, reload: () => show({ again: true }) };
  const content = await screen.show(context).catch((error) => !signal.aborted && failure(error, () => show()));
  if (!signal.aborted) place(content, content.dataset.title ?? screen.name, again);
}

function place(content, title, again = false) {
  document.title = `${title} · Causeloop`;
  const kept = again ? takePlace() : null;
  // Parts load after the screen: until then the page stays as high, so that it does not jump.
  main.style.minHeight = again ? `${main.offsetHeight}px` : "";
  main.replaceChildren(content);
  if (kept) return giveBack(kept);
  scrollTo(0, 0);
  main.focus({ preventScroll: true });
}

/** What a person has typed, where the focus is and how far the page is scrolled, by the ids of the fields. */
function takePlace() {
  const typed = [...main.querySelectorAll("textarea[id], input[id], select[id]")].filter(
    (field) => field.value !== (field.defaultValue ?? field.value),
  );
  return {
    focus: document.activeElement?.id ?? "",
    scroll: scrollY,
    values: typed.map((field) => [field.id, field.value]),
  };
}

function giveBack({ focus, scroll, values }) {
  for (const [id, value] of values) {
    const field = document.getElementById(id);
    if (field) field.value = value;
  }
  if (focus) document.getElementById(focus)?.focus({ preventScroll: true });
  scrollTo(0, scroll);
}

function notFound() {
  return h(
    "div",
    { class: "state" },
    h("p", { class: "state-title" }, "Page not found"),
    h("p", {}, link("/", "Go to the overview")),
  );
}

function markTab(path) {
  for (const tab of bar.querySelectorAll("nav a")) {
    if (tab.getAttribute("href") === `#${path}`) tab.setAttribute("aria-current", "page");
    else tab.removeAttribute("aria-current");
  }
}

function showBar(workspace) {
  const tabs = TABS.filter(
    ({ feature, isForAnalysts }) =>
      (!feature || workspace.features.includes(feature)) && (!isForAnalysts || me.role !== "viewer"),
  ).map(({ path, name }) => link(path, name));
  const who = h(
    "span",
    { class: "who" },
    workspace.name,
    h("span", { class: "quiet" }, ` · ${workspace.organization.name} · ${me.role}`),
  );
  bar.replaceChildren(
    link("/", "Causeloop", { class: "mark" }),
    h("nav", { "aria-label": "Screens" }, tabs),
    h(
      "div",
      { class: "bar-end" },
      live,
      who,
      h("button", { type: "button", class: "plain", onclick: signOut }, "Sign out"),
    ),
  );
  bar.hidden = false;
}

async function start() {
  if (!isSignedIn()) return showSignIn();
  main.replaceChildren(loading("your workspace"));
  try {
    const [caller, workspace] = await Promise.all([get("/v1/me"), get("/v1/workspace")]);
    me = caller;
    useTimeZone(caller.timezone);
    showBar(workspace);
    listen();
    await show();
  } catch (error) {
    if (isSignedIn()) place(failure(error, start), "Causeloop");
  }
}

function listen() {
  streaming?.abort();
  streaming = new AbortController();
  const labels = { live: "Live", reconnecting: "Reconnecting", off: "" };
  follow(
    onChange,
    (state) => ((live.textContent = labels[state]), (live.dataset.state = state)),
    streaming.signal,
  );
}

function onChange() {
  clearTimeout(reloadTimer);
  reloadTimer = setTimeout(() => (hasPlace() ? offerReload() : show({ again: true })), RELOAD_DELAY);
}

/** Whether a reload would take from a person where they are: scrolled, selected, opened, loaded or typed. */
function hasPlace() {
  const focused = document.activeElement;
  return (
    scrollY > 0 ||
    (focused !== null && focused !== document.body && focused !== main && main.contains(focused)) ||
    !getSelection().isCollapsed ||
    main.querySelector("details[open], [aria-pressed=true], [data-chosen]") !== null ||
    hasUnsavedText()
  );
}

const hasUnsavedText = () =>
  [...main.querySelectorAll("textarea, input[type=text], input[type=date]")].some(
    (field) => field.value !== field.defaultValue,
  );

function offerReload() {
  if (main.querySelector(".news")) return;
  const reload = () => show({ again: true });
  main.prepend(
    h(
      "p",
      { class: "news", role: "status" },
      "New results are available. ",
      h("button", { type: "button", onclick: reload }, "Refresh"),
    ),
  );
}

function showSignIn(why) {
  streaming?.abort();
  showing.abort();
  bar.hidden = true;
  place(signInScreen(start, why), "Sign in");
}

/** By a link: create the first organization, or accept an invitation. */
async function comeIn({ kind, token }) {
  streaming?.abort();
  showing.abort();
  bar.hidden = true;
  const accept = (token) => comeIn({ kind: "accept", token });
  if (kind === "start") place(startScreen(token, accept), "Welcome");
  else place(await acceptScreen(token, start), "Invitation");
}

/** Ask before the key of a link is used: whoever made the link would see what is entered afterwards. */
function askAboutLink() {
  const link = takeLinkFromAddress();
  if (link) {
    comeIn(link);
    return true;
  }
  const key = takeKeyFromAddress();
  if (key) {
    streaming?.abort();
    showing.abort();
    bar.hidden = true;
    place(linkScreen(key, start), "Sign in");
  }
  return key !== null;
}

async function signOut() {
  const token = refreshToken();
  if (token)
    await post("/v1/auth/logout", {}, { refresh_token: token }).catch((error) =>
      notice(error.message, "error"),
    );
  clearSession();
  showSignIn();
}

document.getElementById("skip").addEventListener("click", (event) => (event.preventDefault(), main.focus()));
addEventListener("hashchange", () => askAboutLink() || (isSignedIn() && show()));
addEventListener("signed-out", (event) =>
  showSignIn(event.detail ?? "Your session has ended: sign in again."),
);
if (!askAboutLink()) start();

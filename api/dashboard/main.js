// Starts the dashboard: signs in, follows the address, shows the screen that it names, and listens for changes.

import { get, post } from "./lib/client.js";
import { h, to } from "./lib/elements.js";
import { useTimeZone } from "./lib/format.js";
import { forget, refreshToken, signedIn, takeKeyFromAddress } from "./lib/session.js";
import { failure, notice, waiting } from "./lib/states.js";
import { follow } from "./lib/stream.js";
import { showClusters } from "./screens/clusters.js";
import { showConnectors } from "./screens/connectors.js";
import { showIssue } from "./screens/issue.js";
import { showIssues } from "./screens/issues.js";
import { showOverview } from "./screens/overview.js";
import { showPattern } from "./screens/pattern.js";
import { showPatterns } from "./screens/patterns.js";
import { showPredictions } from "./screens/predictions.js";
import { showRecommendation } from "./screens/recommendation.js";
import { signInScreen } from "./screens/sign_in.js";

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
  ["/", "Overview"],
  ["/patterns", "Patterns"],
  ["/predictions", "Predictions"],
  ["/clusters", "Clusters"],
  ["/issues", "Issues"],
  ["/connectors", "Connectors"],
];
const REREAD_AFTER = 1_500;

const main = document.getElementById("main");
const bar = document.getElementById("bar");
const live = h("span", { class: "live", role: "status" });
let me = null;
let streaming = null;
let showing = new AbortController();
let reread = null;

function whereabouts() {
  const [path, query = ""] = (location.hash.slice(1) || "/").split("?");
  return { path, query: Object.fromEntries(new URLSearchParams(query)) };
}

/** Show what the address names; `again` keeps the place on the page. */
async function show({ again = false } = {}) {
  showing.abort();
  showing = new AbortController();
  const { path, query } = whereabouts();
  const found = SCREENS.find((screen) => screen.path.test(path));
  markTab(found?.under ?? path);
  if (!found) return place(missing(), "Not found");
  if (!again) main.replaceChildren(waiting(found.name.toLowerCase()));
  await fillScreen(found, { id: found.path.exec(path)[1], query, again, signal: showing.signal });
}

async function fillScreen(screen, { id, query, again, signal }) {
  const read = { id, query, me, signal, reload: () => show({ again: true }) };
  const content = await screen.show(read).catch((error) => !signal.aborted && failure(error, () => show()));
  if (!signal.aborted) place(content, content.dataset.title ?? screen.name, again);
}

function place(content, title, again = false) {
  document.title = `${title} · Causeloop`;
  main.replaceChildren(content);
  if (again) return;
  scrollTo(0, 0);
  main.focus({ preventScroll: true });
}

function missing() {
  return h(
    "div",
    { class: "state" },
    h("p", { class: "state-title" }, "There is no such screen"),
    h("p", {}, to("/", "Go to the overview")),
  );
}

function markTab(path) {
  for (const tab of bar.querySelectorAll("nav a")) {
    if (tab.getAttribute("href") === `#${path}`) tab.setAttribute("aria-current", "page");
    else tab.removeAttribute("aria-current");
  }
}

function showBar(workspace) {
  const tabs = TABS.map(([path, name]) => to(path, name));
  const who = h(
    "span",
    { class: "who" },
    workspace.name,
    h("span", { class: "quiet" }, ` · ${workspace.organization.name} · ${me.role}`),
  );
  bar.replaceChildren(
    to("/", "Causeloop", { class: "mark" }),
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

async function begin() {
  if (!signedIn()) return askToSignIn();
  main.replaceChildren(waiting("your workspace"));
  try {
    const [caller, workspace] = await Promise.all([get("/v1/me"), get("/v1/workspace")]);
    me = caller;
    useTimeZone(caller.timezone);
    showBar(workspace);
    listen();
    await show();
  } catch (error) {
    if (signedIn()) place(failure(error, begin), "Causeloop");
  }
}

function listen() {
  streaming?.abort();
  streaming = new AbortController();
  const words = { live: "Live", waiting: "Reconnecting", off: "" };
  follow(
    onChange,
    (state) => ((live.textContent = words[state]), (live.dataset.state = state)),
    streaming.signal,
  );
}

function onChange() {
  clearTimeout(reread);
  reread = setTimeout(() => (atWork() ? offerReread() : show({ again: true })), REREAD_AFTER);
}

/** Whether showing the screen anew would take something out of a person's hands. */
function atWork() {
  const focused = document.activeElement;
  const writing = focused?.matches?.("input, textarea, select");
  return writing || main.querySelector("details[open]") !== null;
}

function offerReread() {
  if (main.querySelector(".news")) return;
  const press = () => show({ again: true });
  main.prepend(
    h(
      "p",
      { class: "news", role: "status" },
      "New results are in. ",
      h("button", { type: "button", onclick: press }, "Show them"),
    ),
  );
}

function askToSignIn(why) {
  streaming?.abort();
  showing.abort();
  bar.hidden = true;
  place(signInScreen(begin, why), "Sign in");
}

async function signOut() {
  const token = refreshToken();
  if (token)
    await post("/v1/auth/logout", {}, { refresh_token: token }).catch((error) =>
      notice(error.message, "refused"),
    );
  forget();
  askToSignIn();
}

document.getElementById("skip").addEventListener("click", (event) => (event.preventDefault(), main.focus()));
addEventListener("hashchange", () => (takeKeyFromAddress() ? begin() : signedIn() && show()));
addEventListener("signed-out", (event) =>
  askToSignIn(event.detail ?? "Your session has ended: sign in again."),
);
takeKeyFromAddress();
begin();

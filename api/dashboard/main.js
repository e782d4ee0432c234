// Entry point: signs in, shows the screen that the address names, and reloads it when results change.

import { buildBar, markTab, refreshBell } from "./bar/bar.js";
import { listenToKeys } from "./keyboard.js";
import { get } from "./lib/client.js";
import { closeDialog } from "./lib/dialog.js";
import { h, link } from "./lib/elements.js";
import { useTimeZone } from "./lib/format.js";
import { giveBack, hasPlace, placeOfEntry, rememberScroll, takePlace } from "./lib/page_state.js";
import {
  clearSession,
  isSignedIn,
  takeFailureFromAddress,
  takeKeyFromAddress,
  takeLinkFromAddress,
} from "./lib/session.js";
import { failure, loading, waitForParts } from "./lib/states.js";
import { follow } from "./lib/stream.js";
import { SCREENS } from "./routes.js";
import { markBrokenFeeds, readBrokenFeeds } from "./screens/connectors/broken_feeds.js";
import { acceptScreen, startScreen } from "./screens/sign_in/invitation.js";
import { confirmScreen, resetScreen } from "./screens/sign_in/password_reset.js";
import { linkScreen, signInScreen } from "./screens/sign_in/sign_in.js";

const RELOAD_DELAY = 1_500;
const PARTS_DELAY = 600;

const main = document.getElementById("main");
const bar = document.getElementById("bar");
const live = h("span", { class: "live", role: "status" });
let me = null;
let workspace = null;
let streaming = null;
let showing = new AbortController();
let reloadTimer = null;

function currentRoute() {
  const [path, query = ""] = (location.hash.slice(1) || "/").split("?");
  return { path, query: Object.fromEntries(new URLSearchParams(query)) };
}

/** Show the screen that the address names; `again` keeps the reader's place. */
async function show({ again = false } = {}) {
  showing.abort();
  showing = new AbortController();
  closeDialog();
  const { path, query } = currentRoute();
  const screen = SCREENS.find((candidate) => candidate.path.test(path));
  markTab(bar, screen?.under ?? path);
  if (!screen) return place(notFound(), "Not found");
  // Read now: the page that shrinks while the screen loads would be remembered as scrolled to its top.
  const before = again ? null : placeOfEntry();
  if (before) main.style.minHeight = `${before.height}px`;
  if (!again) main.replaceChildren(loading(screen.name.toLowerCase()));
  await fillScreen(screen, { id: screen.path.exec(path)[1], query, again, before, signal: showing.signal });
}

async function fillScreen(screen, { id, query, again, before, signal }) {
  const reload = () => show({ again: true });
  const context = { id, query, me, workspace, signal, reload, restart: start };
  const content = await screen.show(context).catch((error) => !signal.aborted && failure(error, () => show()));
  if (!signal.aborted) await waitForParts(PARTS_DELAY);
  if (!signal.aborted) place(content, content.dataset.title ?? screen.name, { again, before });
}

function place(content, title, { again = false, before = null } = {}) {
  document.title = `${title} · Causeloop`;
  const kept = again ? takePlace(main) : null;
  // Parts load after the screen: until then the page stays as high, so that it does not jump.
  const height = again ? main.offsetHeight : before?.height;
  main.style.minHeight = height ? `${height}px` : "";
  main.replaceChildren(content);
  if (kept) return giveBack(kept);
  scrollTo(0, before?.scroll ?? 0);
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
  if (!isSignedIn()) return showSignIn(takeFailureFromAddress());
  main.replaceChildren(loading("your workspace"));
  try {
    [me, workspace] = await Promise.all([get("/v1/me"), get("/v1/workspace")]);
    useTimeZone(me.timezone);
    buildBar(bar, { me, workspace, live, signOut });
    listen();
    tellBrokenFeeds();
    await show();
  } catch (error) {
    if (isSignedIn()) place(failure(error, start), "Causeloop");
  }
}

const tellBrokenFeeds = async () => {
  refreshBell();
  markBrokenFeeds(bar, await readBrokenFeeds(me));
};

function listen() {
  streaming?.abort();
  streaming = new AbortController();
  const labels = { live: "Live", reconnecting: "Reconnecting", off: "" };
  follow(
    onChange,
    (state) => ((live.textContent = labels[state]), (live.dataset.state = state), (live.title = labels[state])),
    streaming.signal,
  );
}

function onChange() {
  tellBrokenFeeds();
  clearTimeout(reloadTimer);
  reloadTimer = setTimeout(() => (hasPlace(main) || document.querySelector("dialog") ? offerReload() : show({ again: true })), RELOAD_DELAY);
}

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
  else if (kind === "reset") place(resetScreen(token, start), "New password");
  else if (kind === "confirm") place(confirmScreen(token, start), "Alerts by e-mail");
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

function signOut() {
  clearSession();
  showSignIn();
}

document.getElementById("skip").addEventListener("click", (event) => (event.preventDefault(), main.focus()));
addEventListener("hashchange", () => askAboutLink() || (isSignedIn() && show()));
addEventListener("signed-out", (event) =>
  showSignIn(event.detail ?? "Your session has ended: sign in again."),
);
rememberScroll(main);
listenToKeys(main, () => bar.hidden);
if (!askAboutLink()) start();

// Patterns by risk, each with how often it struck lately.

import { sparkline } from "../charts/axes.js";
import { get } from "../lib/client.js";
import { h, table, to } from "../lib/elements.js";
import { ago, band, counted, day, number, percent } from "../lib/format.js";
import { anyOf, listing } from "../lib/listing.js";
import { empty } from "../lib/states.js";

const WEEKS = 26;
const AT_ONCE = 3;

const FIELDS = [
  { name: "q", label: "Search names", placeholder: "words of the name" },
  { name: "status", label: "Status", options: anyOf(["emerging", "active", "resolved"]) },
  {
    name: "min_risk_score",
    label: "Risk",
    options: [
      ["", "any"],
      ["90", "critical (90+)"],
      ["70", "high (70+)"],
      ["40", "medium (40+)"],
    ],
  },
  {
    name: "min_confidence",
    label: "Confidence",
    options: [
      ["", "any"],
      ["0.9", "90 % or more"],
      ["0.7", "70 % or more"],
    ],
  },
  {
    name: "sort",
    label: "Order",
    options: [
      ["", "riskiest first"],
      ["-last_seen_at", "last seen first"],
      ["-issue_count", "most issues first"],
      ["-first_seen_at", "newest first"],
    ],
  },
];

export async function showPatterns({ query, signal }) {
  const sparks = new Sparks(signal);
  return h(
    "div",
    { class: "screen", "data-title": "Patterns" },
    h("h1", {}, "Patterns"),
    h("p", { class: "lead" }, "Issues that share one root cause, the riskiest first."),
    listing({
      path: "/patterns",
      fields: FIELDS,
      query,
      noun: "pattern",
      read: (asked) => get("/v1/patterns", {}, asked, signal),
      draw: (rows) => patternsTable(rows, sparks),
      none: (filtered) =>
        filtered
          ? empty("No pattern matches these filters.", "Widen or clear them.")
          : empty(
              "No patterns yet: they appear a few minutes after the first issues.",
              to("/connectors", "See whether a connector has synced"),
              ".",
            ),
    }),
  );
}

function patternsTable(rows, sparks) {
  const columns = [
    { title: "Risk", numeric: true, cell: (row) => riskMark(row.risk_score) },
    {
      title: "Pattern",
      className: "wide",
      cell: (row) => [to(`/patterns/${row.id}`, row.name), h("span", { class: "below" }, dimensions(row))],
    },
    { title: `${WEEKS} weeks`, cell: (row) => sparks.of(row) },
    { title: "Issues", numeric: true, cell: (row) => number(row.issue_count) },
    { title: "Last seen", cell: (row) => h("span", { title: day(row.last_seen_at) }, ago(row.last_seen_at)) },
    { title: "Confidence", numeric: true, cell: (row) => percent(row.confidence) },
    { title: "Status", cell: (row) => h("span", { class: `mark-word status-${row.status}` }, row.status) },
  ];
  return table("Patterns", columns, rows, { className: "stacked" });
}

/** A risk score with its band; the band is written, not only coloured. */
export function riskMark(score) {
  if (score === null || score === undefined) return h("span", { class: "quiet" }, "–");
  return h(
    "span",
    { class: `risk risk-${band(score)}`, title: `${band(score)} risk` },
    h("strong", {}, number(Math.floor(score))),
    h("span", { class: "unseen" }, ` ${band(score)}`),
  );
}

function dimensions(row) {
  const shown = ["service", "error_type", "team", "environment"]
    .map((name) => row.fingerprint[name]?.value)
    .filter(Boolean);
  return shown.slice(0, 3).join(" · ");
}

/** Sparklines, read a few at a time once their rows come into view, for a plan's requests are counted. */
class Sparks {
  constructor(signal) {
    this.signal = signal;
    this.queue = [];
    this.busy = 0;
    this.known = new Map();
    this.seen = new IntersectionObserver((entries) =>
      entries.filter((entry) => entry.isIntersecting).forEach((entry) => this.enqueue(entry.target)),
    );
  }

  of(row) {
    const place = h("span", { class: "spark-place", "data-id": row.id });
    if (this.known.has(row.id)) place.append(this.drawn(this.known.get(row.id)));
    else this.seen.observe(place);
    return place;
  }

  enqueue(place) {
    this.seen.unobserve(place);
    this.queue.push(place);
    while (this.busy < AT_ONCE && this.queue.length) this.next();
  }

  async next() {
    const place = this.queue.shift();
    this.busy += 1;
    try {
      const asked = { bucket: "week", days: WEEKS * 7 };
      const frequency = await get(
        "/v1/patterns/{pattern_id}/frequency",
        { pattern_id: place.dataset.id },
        asked,
        this.signal,
      );
      this.known.set(place.dataset.id, frequency);
      place.replaceChildren(this.drawn(frequency));
    } catch (error) {
      if (error.name !== "AbortError")
        place.replaceChildren(h("span", { class: "quiet", title: error.message }, "not read"));
    } finally {
      this.busy -= 1;
      if (this.queue.length && !this.signal.aborted) this.next();
    }
  }

  drawn(frequency) {
    const counts = frequency.data.slice(-WEEKS).map((bucket) => bucket.count);
    const total = counts.reduce((sum, count) => sum + count, 0);
    return sparkline(counts, `${counted(total, "issue")} in ${counts.length} weeks`);
  }
}

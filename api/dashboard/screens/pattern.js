// One pattern: fingerprint, occurrences, forecast, predictions, issues, corrections and lineage.

import { frequencyChart, shareMark } from "../charts/axes.js";
import { forecastChart } from "../charts/forecast_chart.js";
import { heatMap } from "../charts/heat_map.js";
import { get } from "../lib/client.js";
import { facts, h, section, table, link } from "../lib/elements.js";
import { ago, pluralize, day, duration, minute, number, percent, plain, asText, probabilityText } from "../lib/format.js";
import { empty, part, partSection } from "../lib/states.js";
import { closureSection, confirmForm, unlinkButton } from "./pattern_corrections.js";
import { triggerSection, windowsTable } from "./pattern_prediction.js";
import { riskMark } from "./patterns.js";
import { recommendationsTable } from "./recommendations.js";

const MAX_MEMBERS = 100;

export async function showPattern(context) {
  const { id, signal } = context;
  const pattern = await get("/v1/patterns/{pattern_id}", { pattern_id: id }, {}, signal);
  const predictions = await get("/v1/predictions", {}, { pattern_id: pattern.id, limit: 10 }, signal);
  return h(
    "article",
    { class: "screen", "data-title": pattern.name },
    h("p", { class: "trail" }, link("/patterns", "Patterns"), " / pattern"),
    h("h1", {}, pattern.name),
    headline(pattern),
    columns(pattern, predictions.data, context),
    partSection("Recommendations", "recommendations", () => recommendationsSection(pattern, signal)),
    membersSection(pattern, context),
    partSection("Lineage", "its lineage", () => lineage(pattern, signal)),
  );
}

function columns(pattern, predictions, context) {
  const { signal } = context;
  const forecast = part("the forecast", () => forecastSection(pattern, signal));
  return h(
    "div",
    { class: "columns" },
    h(
      "div",
      {},
      partSection("Occurrences", "its history", () => history(pattern, signal)),
      section("Forecast", {}, forecast, windowsTable(predictions)),
      triggerSection(predictions),
    ),
    h(
      "div",
      {},
      fingerprintSection(pattern),
      partSection("Typical times", "typical times", () => times(pattern, signal)),
      closureSection(pattern, context),
    ),
  );
}

function headline(pattern) {
  return h(
    "div",
    { class: "under-title" },
    facts([
      ["Risk", riskMark(pattern.risk_score)],
      ["Status", h("span", { class: `mark-word status-${pattern.status}` }, pattern.status)],
      ["Confidence", probabilityText(pattern.confidence)],
      ["Issues", number(pattern.issue_count)],
      ["First seen", day(pattern.first_seen_at)],
      ["Last seen", ago(pattern.last_seen_at)],
      ["Median time to resolve", pattern.mttr_seconds === null ? null : duration(pattern.mttr_seconds)],
      ["Reopened", pattern.reopened_at ? day(pattern.reopened_at) : null],
      [
        "Cluster",
        pattern.cluster_id ? link(`/clusters?cluster=${pattern.cluster_id}`, "View cluster") : null,
      ],
    ]),
  );
}

function fingerprintSection(pattern) {
  const rows = Object.entries(pattern.fingerprint);
  const share = ([, dimension]) => dimension?.share;
  const columns = [
    { title: "Dimension", cell: ([name]) => plain(name) },
    {
      title: "Shared value",
      className: "wide",
      cell: ([, dimension]) => asText(dimension?.value ?? dimension),
    },
    {
      title: "Share",
      cell: (row) =>
        typeof share(row) === "number"
          ? h("span", { class: "with-mark" }, shareMark(share(row)), percent(share(row)))
          : "–",
    },
  ];
  const content = rows.length
    ? table("Fingerprint: dimensions that the issues share", columns, rows)
    : empty("Its issues share no dimension.");
  return section("Fingerprint", {}, content);
}

async function history(pattern, signal) {
  const days = Math.min(
    365,
    Math.max(90, Math.ceil((Date.now() - new Date(pattern.first_seen_at)) / 86_400_000)),
  );
  const bucket = days > 120 ? "week" : "day";
  const frequency = await get(
    "/v1/patterns/{pattern_id}/frequency",
    { pattern_id: pattern.id },
    { bucket, days },
    signal,
  );
  return frequencyChart(`Issues of this pattern by ${bucket}`, frequency);
}

async function forecastSection(pattern, signal) {
  try {
    return forecastChart(
      "Issues a day of this pattern",
      await get("/v1/predictions/forecast", {}, { pattern_id: pattern.id }, signal),
    );
  } catch (error) {
    if (error.status === 404)
      return empty(
        "No daily forecast for this pattern: too few occurrences.",
        "See the probability for each window below.",
      );
    throw error;
  }
}

async function times(pattern, signal) {
  const query = { pattern_id: pattern.id, limit: 100 };
  const first = await get("/v1/issues", {}, query, signal);
  const more = first.page.has_more
    ? await get("/v1/issues", {}, { ...query, cursor: first.page.next_cursor }, signal)
    : { data: [] };
  const instants = [...first.data, ...more.data].map((issue) => issue.source_created_at);
  return instants.length ? heatMap(instants, first.page.total) : empty("It has no issues to count.");
}

async function recommendationsSection(pattern, signal) {
  const recommendations = await get("/v1/recommendations", {}, { pattern_id: pattern.id, limit: 5 }, signal);
  return recommendations.data.length
    ? recommendationsTable(recommendations.data)
    : empty("Nothing is recommended for this pattern.");
}

function membersSection(pattern, { me, signal }) {
  const canWrite = me.role !== "viewer";
  const read = async () => {
    const page = await get(
      "/v1/patterns/{pattern_id}/members",
      { pattern_id: pattern.id },
      { limit: MAX_MEMBERS },
      signal,
    );
    const rest = page.page.total - page.data.length;
    return h(
      "div",
      {},
      membersTable(page.data, pattern, canWrite),
      rest > 0
        ? h(
            "p",
            { class: "quiet" },
            `The newest ${page.data.length} of ${number(page.page.total)}. `,
            link(`/issues?pattern_id=${pattern.id}`, "All of them"),
          )
        : null,
    );
  };
  return section(
    "Issues and why they belong here",
    { beside: canWrite ? confirmForm(pattern) : null },
    part("its issues", read),
  );
}

function membersTable(rows, pattern, canWrite) {
  const columns = [
    {
      title: "Issue",
      className: "wide",
      cell: (row) => [
        link(`/issues/${row.id}`, row.title),
        h("span", { class: "below" }, `${row.external_id} · ${row.severity} · ${plain(row.status)}`),
      ],
    },
    {
      title: "Created",
      cell: (row) => h("span", { title: minute(row.source_created_at) }, day(row.source_created_at)),
    },
    { title: "Similarity", numeric: true, cell: (row) => probabilityText(row.similarity) },
    {
      title: "Reason",
      className: "wide",
      cell: (row) => [
        row.reason?.text ?? asText(row.reason),
        row.nearest_missing
          ? h("span", { class: "below" }, `Missing from the closest other pattern: ${asText(row.nearest_missing)}`)
          : null,
      ],
    },
  ];
  if (canWrite) columns.push({ title: "Correction", cell: (row) => unlinkButton(row, pattern) });
  return table("Issues of this pattern, newest first", columns, rows, { className: "stacked" });
}

async function lineage(pattern, signal) {
  const { steps } = await get("/v1/patterns/{pattern_id}/lineage", { pattern_id: pattern.id }, {}, signal);
  if (!steps.length) return empty("No issue has moved to or from this pattern.");
  return h(
    "ul",
    { class: "rows" },
    steps.map((step) =>
      h(
        "li",
        {},
        `${day(step.at)}: ${pluralize(step.issue_count, "issue")} ${step.kind}`,
        h("span", { class: "quiet" }, ` – ${step.reason}`),
      ),
    ),
  );
}

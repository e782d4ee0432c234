// Claimed fixes and their proofs, as a list and for one recommendation.

import { get } from "../../lib/client.js";
import { facts, h, link, section, table } from "../../lib/elements.js";
import { amount, day, dayOf, minute, number, pluralize, probabilityText } from "../../lib/format.js";
import { empty } from "../../lib/states.js";
import { FINAL_VERDICTS, LeftOutReason, VERDICT_TONES, Verdict } from "../../lib/vocabulary.js";
import { exposureButton, exposureText } from "./exposure.js";

/** @import { Column, Model } from "../../types.js" */
/** @typedef {Model<"RecommendationDetail">} Recommendation */
/** @typedef {ReturnType<typeof claimedFixes>[number]} ClaimedFix */

const MAX_FIXES = 12;

/**
 * Every claimed fix in force with its proof, newest first.
 * @param {AbortSignal} signal
 */
export async function readFixes(signal) {
  const done = await get("/v1/recommendations", {}, { status: "implemented", limit: MAX_FIXES }, signal);
  const ids = done.data.map((row) => row.id);
  const details = await Promise.all(
    ids.map((id) => get("/v1/recommendations/{recommendation_id}", { recommendation_id: id }, {}, signal)),
  );
  return details.flatMap(claimedFixes).sort((left, right) => right.fixed_at.localeCompare(left.fixed_at));
}

/** @param {Recommendation} recommendation */
function claimedFixes(recommendation) {
  const proofs = new Map(recommendation.proofs.map((proof) => [proof.pattern_id, proof]));
  return recommendation.fixes
    .filter((fix) => !fix.withdrawn_at)
    .map((fix) => ({ ...fix, recommendation, proof: proofs.get(fix.pattern_id) ?? null }));
}

/**
 * The newest fix with a verdict, or else the newest.
 * @param {ClaimedFix[]} fixes
 */
export function latestFix(fixes) {
  const decided = fixes.find(({ proof }) => proof && FINAL_VERDICTS.includes(proof.verdict));
  return decided ?? fixes.find(({ proof }) => proof) ?? fixes[0] ?? null;
}

/**
 * A verdict as a mark; the word carries the meaning, the colour only helps.
 * @param {Model<"Proof">["verdict"] | null | undefined} verdict
 */
export function verdictMark(verdict) {
  return h(
    "span",
    { class: `verdict verdict-${verdict ? VERDICT_TONES[verdict] : "open"}` },
    verdict ? Verdict.labels[verdict] : "not evaluated yet",
  );
}

/**
 * How far the word “held” could be trusted here so far.
 * @param {Model<"FixRecord">} record
 */
function recordText({ held, watched, came_back }) {
  if (!held) return null;
  return h(
    "p",
    { class: "quiet" },
    watched
      ? `Of ${number(watched)} fixes that held, ${number(came_back)} came back within 90 days.`
      : "No fix that held has been watched for 90 days yet.",
  );
}

/**
 * @param {ClaimedFix[]} fixes
 * @param {Model<"FixRecord">} record
 */
export function fixesSection(fixes, record) {
  if (!fixes.length) return null;
  /** @type {Column<ClaimedFix>[]} */
  const columns = [
    {
      isClear: true,
      title: "Verdict",
      cell: ({ proof, recommendation }) => [verdictMark(proof?.verdict), brokenMark(recommendation)],
    },
    {
      title: "Fix",
      className: "wide",
      cell: ({ recommendation }) => link(`/recommendations/${recommendation.id}`, recommendation.title),
    },
    { isMinor: true, title: "Since", cell: ({ fixed_at }) => day(fixed_at) },
    {
      title: "Before",
      numeric: true,
      cell: ({ proof }) => (proof ? activity(proof.events_before, proof.days_before) : "–"),
    },
    {
      title: "After",
      numeric: true,
      cell: ({ proof }) => (proof ? sinceCell(proof) : "–"),
    },
    {
      isMinor: true,
      title: "Rate after ÷ before",
      numeric: true,
      cell: ({ proof }) => (proof ? ratio(proof) : "–"),
    },
    {
      isMinor: true,
      title: "Probability halved",
      numeric: true,
      cell: ({ proof }) => probabilityText(proof?.probability_halved),
    },
    { title: "Proof", cell: ({ proof }) => (proof ? proofDay(proof) : "–") },
  ];
  const content = table("Claimed fixes, newest first", columns, fixes, { className: "stacked" });
  return section("Did the fixes hold?", { id: "fixes" }, recordText(record), content);
}

/**
 * “26 Nov 2026”, or “from 26 Nov 2026 on” while it is still to come.
 * @param {Model<"Proof">} proof
 */
function proofDay({ earliest_proof_date, verdict }) {
  if (!earliest_proof_date) return "–";
  const on = dayOf(earliest_proof_date, true);
  return FINAL_VERDICTS.includes(verdict) ? on : `from ${on} on`;
}

/**
 * “9 in 30 d”.
 * @param {number} events
 * @param {number} days
 */
export const activity = (events, days) => `${number(events)} in ${number(days, 0)} d`;

/**
 * “0 in 28 d, 7.5 expected”; the turns where it has a rhythm.
 * @param {Model<"Proof">} proof
 */
export function since(proof) {
  const seen = activity(proof.events_after, proof.days_after);
  const compared = comparison(proof);
  return compared ? `${seen}, ${compared}` : seen;
}

/**
 * The same in two lines.
 * @param {Model<"Proof">} proof
 */
function sinceCell(proof) {
  const compared = comparison(proof);
  return [
    activity(proof.events_after, proof.days_after),
    compared ? h("span", { class: "below" }, compared) : null,
  ];
}

/**
 * What it is compared with; null: with nothing.
 * @param {Model<"Proof">} proof
 */
function comparison({ turns_due, turns_kept, expected_after }) {
  if (turns_due !== null) return `${number(turns_kept)} of ${number(turns_due)} turns`;
  return expected_after === null ? null : `${number(expected_after, expected_after < 10 ? 1 : 0)} expected`;
}

/**
 * “0.12 (0.02–0.4)”; no figure before an active day was to be expected.
 * @param {Model<"Proof">} proof
 */
export function ratio(proof) {
  if (proof.rate_ratio === null) return proof.days_after < 1 ? "not a day observed" : "too early";
  return `${number(proof.rate_ratio, 2)} (${number(proof.rate_ratio_low, 2)}–${number(proof.rate_ratio_high, 2)})`;
}

/**
 * The proof of each claimed fix of one recommendation: activity before and after, and the verdict.
 * @param {Recommendation} recommendation
 * @param {boolean} canWrite
 * @param {() => void} reload
 */
export function proofSection(recommendation, canWrite, reload) {
  const claims = recommendation.fixes.filter((fix) => !fix.withdrawn_at);
  if (!claims.length)
    return section(
      "Proof",
      {},
      empty("No fix has been claimed.", "A fix is evaluated once the status is implemented."),
    );
  const proofs = new Map(recommendation.proofs.map((proof) => [proof.pattern_id, proof]));
  return section(
    "Proof",
    {},
    claims.map((fix) => [
      proofOf(fix, proofs.get(fix.pattern_id)),
      canWrite ? h("div", { class: "actions" }, exposureButton(fix.pattern_id, reload)) : null,
    ]),
  );
}

/**
 * @param {Model<"Fix">} fix
 * @param {Model<"Proof"> | undefined} proof
 */
function proofOf(fix, proof) {
  if (!proof)
    return h(
      "div",
      { class: "proof" },
      verdictMark(null),
      h(
        "p",
        {},
        `Fixed ${day(fix.fixed_at)}, claimed by ${fix.claimed_by_name ?? "somebody who has left"}. It is evaluated in the next run.`,
      ),
    );
  return h(
    "div",
    { class: "proof" },
    verdictMark(proof.verdict),
    h("p", {}, proof.text),
    facts([
      ["In effect since", minute(fix.fixed_at)],
      ["In version", fix.fixed_in],
      ["Claimed by", fix.claimed_by_name ?? "somebody who has left"],
      ["Active days before", activity(proof.events_before, proof.days_before)],
      ["Active days after", since(proof)],
      ["Prevented so far", preventedSoFar(fix, proof)],
      ["Rate after ÷ before", ratio(proof)],
      ["Probability halved", probabilityText(proof.probability_halved)],
      ["Proof", proof.earliest_proof_date ? proofDay(proof) : null],
      ["Exposure", exposureText(proof)],
      ["Not counted", proof.left_out.length ? proof.left_out.map(leftOutLine) : null],
    ]),
  );
}

/**
 * “about 7 in 60 days; about 20 were promised for 90”: what came of what was expected of it.
 * @param {Model<"Fix">} fix
 * @param {Model<"Proof">} proof
 */
function preventedSoFar(
  { expected_loops_prevented: promised },
  { expected_after, events_after, days_after },
) {
  if (expected_after === null || days_after < 1) return null;
  const prevented = Math.max(0, expected_after - events_after);
  const so = prevented < 1 ? "under 1" : `about ${amount(prevented)}`;
  const expected = promised < 0.5 ? "under 1 was promised" : `about ${amount(promised)} were promised`;
  return `${so} in ${number(days_after, 0)} days; ${expected} for 90`;
}

/** @param {Model<"LeftOut">} count */
function leftOutLine({ reason, provider, before, since: after }) {
  const ofProvider = provider ? ` (${provider})` : "";
  return h(
    "div",
    {},
    `${number(after)} since, ${number(before)} before: ${LeftOutReason.labels[reason]}${ofProvider}`,
  );
}

/**
 * That what must stay true after the fix did not; null where it did so far.
 * @param {Recommendation} recommendation
 */
function brokenMark({ expectations }) {
  const broken = expectations.filter(({ status }) => status === "broken").length;
  return broken ? h("span", { class: "below" }, `${pluralize(broken, "expectation")} broken`) : null;
}

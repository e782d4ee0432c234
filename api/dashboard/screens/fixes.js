// Fixes that were claimed, and whether they held, with the numbers that say so.

import { get } from "../lib/client.js";
import { h, section, table, to } from "../lib/elements.js";
import { chanceOf, day, dayOf, number, plain } from "../lib/format.js";
import { empty } from "../lib/states.js";

const WORDS = {
  held: "held",
  partly: "held in part",
  failed: "did not hold",
  moved: "moved elsewhere",
  not_provable_yet: "not provable yet",
  no_exposure: "nothing to judge by",
};
const SHOWN = 12;

/** Every claimed fix in force with its proof, newest first. */
export async function readFixes(signal) {
  const done = await get("/v1/recommendations", {}, { status: "implemented", limit: SHOWN }, signal);
  const ids = done.data.map((row) => row.id);
  const details = await Promise.all(
    ids.map((id) => get("/v1/recommendations/{recommendation_id}", { recommendation_id: id }, {}, signal)),
  );
  return details.flatMap(claims).sort((left, right) => right.fixed_at.localeCompare(left.fixed_at));
}

function claims(recommendation) {
  const proofs = new Map(recommendation.proofs.map((proof) => [proof.pattern_id, proof]));
  return recommendation.fixes
    .filter((fix) => !fix.withdrawn_at)
    .map((fix) => ({ ...fix, recommendation, proof: proofs.get(fix.pattern_id) ?? null }));
}

/** The newest fix that has been judged, or else the newest. */
export function latestFix(fixes) {
  const judged = fixes.find(
    ({ proof }) => proof && !["not_provable_yet", "no_exposure"].includes(proof.verdict),
  );
  return judged ?? fixes.find(({ proof }) => proof) ?? fixes[0] ?? null;
}

/** A verdict as a mark; the word carries the meaning, the colour only helps. */
export function verdictMark(verdict) {
  return h(
    "span",
    { class: `verdict verdict-${verdict ?? "unknown"}` },
    verdict ? (WORDS[verdict] ?? plain(verdict)) : "not judged yet",
  );
}

export function fixesSection(fixes) {
  const columns = [
    { title: "Verdict", cell: ({ proof }) => verdictMark(proof?.verdict) },
    {
      title: "Fix",
      className: "wide",
      cell: ({ recommendation }) => to(`/recommendations/${recommendation.id}`, recommendation.title),
    },
    { title: "Since", cell: ({ fixed_at }) => day(fixed_at) },
    {
      title: "Before",
      numeric: true,
      cell: ({ proof }) => (proof ? activity(proof.events_before, proof.days_before) : "–"),
    },
    {
      title: "After",
      numeric: true,
      cell: ({ proof }) => (proof ? activity(proof.events_after, proof.days_after) : "–"),
    },
    { title: "Rate now ÷ before", numeric: true, cell: ({ proof }) => (proof ? ratio(proof) : "–") },
    { title: "Surely halved", numeric: true, cell: ({ proof }) => chanceOf(proof?.probability_halved) },
    { title: "Provable from", cell: ({ proof }) => dayOf(proof?.earliest_proof_date, true) },
  ];
  const content = fixes.length
    ? table("Claimed fixes, newest first", columns, fixes, { className: "stacked" })
    : empty(
        "No fix has been claimed.",
        "Set a recommendation to implemented; its patterns are then watched through the proof window.",
      );
  return section("Fixes, and whether they held", { id: "fixes" }, content);
}

/** “9 in 30 d”. */
export const activity = (events, days) => `${number(events)} in ${number(days, 0)} d`;

/** “0.12 (0.02–0.4)”. */
export function ratio(proof) {
  if (proof.rate_ratio === null) return "–";
  return `${number(proof.rate_ratio, 2)} (${number(proof.rate_ratio_low, 2)}–${number(proof.rate_ratio_high, 2)})`;
}

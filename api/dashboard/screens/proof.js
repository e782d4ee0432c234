// The proof of a recommendation's fix: what was counted before and after, and what that says.

import { facts, h, section } from "../lib/elements.js";
import { chanceOf, day, dayOf, minute } from "../lib/format.js";
import { empty } from "../lib/states.js";
import { activity, ratio, verdictMark } from "./fixes.js";

export function proofSection(one) {
  const claims = one.fixes.filter((fix) => !fix.withdrawn_at);
  if (!claims.length)
    return section("Proof", {}, empty("No fix is claimed.", "It is judged once the status is implemented."));
  const proofs = new Map(one.proofs.map((proof) => [proof.pattern_id, proof]));
  return section(
    "Proof",
    {},
    claims.map((fix) => proofOf(fix, proofs.get(fix.pattern_id))),
  );
}

function proofOf(fix, proof) {
  if (!proof)
    return h(
      "div",
      { class: "proof" },
      verdictMark(null),
      h("p", {}, `Fixed ${day(fix.fixed_at)}. It is judged at the next run.`),
    );
  return h(
    "div",
    { class: "proof" },
    verdictMark(proof.verdict),
    h("p", {}, proof.text),
    facts([
      ["In force since", minute(fix.fixed_at)],
      ["Active days before", activity(proof.events_before, proof.days_before)],
      ["Active days after", activity(proof.events_after, proof.days_after)],
      ["Rate now ÷ before", ratio(proof)],
      ["Surely halved", chanceOf(proof.probability_halved)],
      ["Provable from", proof.earliest_proof_date ? dayOf(proof.earliest_proof_date, true) : null],
    ]),
  );
}

// What is known of a failure that somebody pasted: its likeliest patterns, or that it is new.

import { externalLink, facts, h, link, section } from "../../lib/elements.js";
import { day, dayOf, minute, number, plain, pluralize, probabilityText } from "../../lib/format.js";
import { patternLink } from "../../lib/names.js";
import { Verdict } from "../../lib/vocabulary.js";

/** @import { Content, Model } from "../../types.js" */

/** @param {Model<"SeenBefore">} seen */
export function answerSections(seen) {
  const chance = probabilityText(seen.new_probability);
  const verdict = seen.is_new
    ? `Most likely new: ${chance}.`
    : `Seen before. That it is new has a probability of ${chance}.`;
  return [
    section("Answer", { id: "answer" }, h("p", { class: "lead" }, verdict)),
    ...seen.matches.map((match) => matchSection(match)),
  ];
}

/** @param {Model<"Match">} match */
function matchSection(match) {
  const { pattern, nearest_issue: nearest } = match;
  const title = pattern
    ? patternLink(pattern.id, pattern.name)
    : link(`/issues/${nearest.id}`, nearest.title);
  return section(
    title,
    { level: "h3" },
    facts([
      ["Same cause", h("strong", {}, probabilityText(match.probability))],
      ["Why", lines(match.reasons.map((reason) => reason.text))],
      ["Differs", lines(match.differences.map(differenceText))],
      ["Seen", pattern ? seenText(pattern) : `once, ${day(nearest.created_at)}`],
      ["Status", pattern ? plain(pattern.status) : plain(nearest.status)],
      ["Ended", lines(match.endings.map(endingLine))],
      [
        "Notes",
        lines(match.notes.map((note) => `${note.note} (${note.made_by_name ?? "somebody who has left"})`)),
      ],
      ["Fixes tried", lines(match.fixes.map(fixLine))],
      ["Next", match.next ? nextText(match.next) : null],
      ["Tickets", lines(match.tickets.map(ticketLine))],
      ["Takes care", match.assignee ? String(match.assignee.name) : null],
    ]),
  );
}

/** @param {readonly Content[]} contents */
const lines = (contents) =>
  contents.length
    ? h(
        "ul",
        { class: "reasons" },
        contents.map((content) => h("li", {}, content)),
      )
    : null;

/** @param {Model<"Difference">} difference */
const differenceText = ({ field, this: ours, theirs }) =>
  `${plain(field)}: ${ours ?? "–"}, theirs ${theirs ?? "–"}`;

/** @param {Model<"KnownPattern">} pattern */
const seenText = (pattern) =>
  `${pluralize(pattern.occurrence_count || pattern.issue_count, "time")}, last ${minute(pattern.last_seen_at)}`;

/** @param {Model<"EarlierEnding">} ending */
const endingLine = (ending) => [
  externalLink(ending.external_url, ending.external_id),
  [
    ending.resolution ?? plain(ending.status),
    ending.resolved_at ? day(ending.resolved_at) : null,
    ending.resolved_by,
  ]
    .filter(Boolean)
    .map((text) => ` · ${text}`)
    .join(""),
];

/** @param {Model<"TriedFix">} fix */
function fixLine(fix) {
  const verdict = fix.verdict ? Verdict.labels[fix.verdict] : "not judged yet";
  const range =
    fix.rate_ratio_low != null && fix.rate_ratio_high != null
      ? `, ${number(fix.rate_ratio_low, 2)} to ${number(fix.rate_ratio_high, 2)} of the rate before`
      : "";
  return [
    fix.postmortem_id
      ? link(`/postmortems/${fix.postmortem_id}`, fix.title)
      : link(`/recommendations/${fix.recommendation_id}`, fix.title),
    ` · ${day(fix.fixed_at)} · ${fix.withdrawn_at ? "withdrawn" : verdict}${fix.withdrawn_at ? "" : range}`,
  ];
}

/** @param {Model<"NextDate">} next */
function nextText(next) {
  const dates = next.date_median ? `around ${dayOf(next.date_median)}` : null;
  const chance =
    next.probability == null
      ? null
      : `${probabilityText(next.probability)} within ${pluralize(next.window_days, "day")}`;
  return [chance, dates].filter(Boolean).join(", ") || null;
}

/** @param {Model<"KnownTicket">} ticket */
const ticketLine = (ticket) => [
  externalLink(ticket.external_url, ticket.external_id ?? "not opened yet"),
  ` · ${plain(ticket.status)}`,
];

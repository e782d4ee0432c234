// Reporting an issue, correcting one, and putting it into another pattern.

import { patch, post, put } from "../../lib/client.js";
import { dialogButton } from "../../lib/dialog.js";
import { form } from "../../lib/form.js";
import { minute } from "../../lib/format.js";
import { choicesOf } from "../../lib/listing.js";
import { action } from "../../lib/states.js";
import { undoNotice } from "../../lib/undo.js";
import { ISSUE_FACETS, IssueStatus, Severity } from "../../lib/vocabulary.js";
import { patternPicker } from "../patterns/pattern_picker.js";

/** @import { Field, FormValues, Model } from "../../types.js" */

/** @type {[string, string][]} */
const SEVERITIES = Severity.values.map((value) => [value, `${value} – ${Severity.meanings[value]}`]);
const STATUSES = choicesOf(IssueStatus);

/**
 * @param {Partial<Model<"Issue">>} [issue]
 * @returns {Field[]}
 */
const fieldsOf = (issue = {}) => [
  { name: "title", label: "Title", required: true, maxlength: 1000, value: issue.title },
  { name: "body", label: "Description", kind: "textarea", rows: 5, value: issue.body },
  { name: "severity", label: "Severity", kind: "select", options: SEVERITIES, value: issue.severity ?? "p3" },
  { name: "status", label: "Status", kind: "select", options: STATUSES, value: issue.status ?? "open" },
  ...ISSUE_FACETS.map(({ name, label, max_length }) => ({
    name,
    label,
    maxlength: max_length,
    value: issue[name],
  })),
];

/** “Report an issue”: for what no tool has recorded. */
export const reportButton = () =>
  dialogButton("Report an issue", "Report an issue", (close) => {
    /** @type {Field} */
    const when = {
      ...{ name: "source_created_at", label: "When it occurred", kind: "datetime-local" },
      ...{
        help: "In the time zone of this computer. Empty: now.",
        read: (value) => value && new Date(value).toISOString(),
      },
    };
    /** @param {FormValues} values */
    const send = (values) => post("/v1/issues", {}, values);
    /** @param {Model<"Issue">} issue */
    const onDone = (issue) => {
      close();
      location.hash = `#/issues/${issue.id}`;
    };
    return form({
      id: "issue",
      fields: [...fieldsOf(), when],
      verb: "Report",
      send,
      done: "Reported.",
      onDone,
    });
  });

/**
 * “Edit”: only what was changed is sent, and later syncs do not overwrite it.
 * @param {Model<"Issue">} issue
 * @param {() => void} reload
 */
export const editButton = (issue, reload) =>
  dialogButton("Edit", "Edit this issue", (close) => {
    const fields = fieldsOf(issue);
    /** @param {FormValues} values */
    const send = (values) => {
      /** @type {Record<string, unknown>} */
      const stored = issue;
      const changed = fields
        .map(({ name }) => [name, values[name] ?? null])
        .filter(([name, value]) => value !== (stored[name] || null));
      if (!changed.length) return Promise.resolve();
      return patch("/v1/issues/{issue_id}", { issue_id: issue.id }, Object.fromEntries(changed));
    };
    const onDone = () => {
      close();
      reload();
    };
    return form({
      id: "issue",
      fields,
      verb: "Save",
      send,
      done: "Saved. Later syncs keep your correction.",
      onDone,
    });
  });

/**
 * “Link to a pattern”: the person knows which one it belongs to.
 * @param {Model<"Issue">} issue
 * @param {() => void} reload
 */
export const linkButton = (issue, reload) =>
  dialogButton("Link to a pattern", "Which pattern does it belong to?", (close) =>
    patternPicker({
      except: issue.pattern_id ? [issue.pattern_id] : [],
      verb: "Link",
      choose: async ([patternId], reason) => {
        const body = { pattern_id: patternId, ...(reason && { reason }) };
        await post("/v1/issues/{issue_id}/link-pattern", { issue_id: issue.id }, body);
        close();
        reload();
      },
      done: "Linked: it moves in the next run.",
    }),
  );

/**
 * “Provider”: what somebody else's failure caused says nothing of a fix of ours.
 * @param {Model<"Issue">} issue
 * @param {() => void} reload
 */
export const providerButton = (issue, reload) =>
  dialogButton("Name a provider", "Did a provider cause it?", (close) =>
    form({
      id: "provider",
      fields: [
        {
          ...{ name: "provider", label: "Provider", maxlength: 200, value: issue.provider_mark?.provider },
          help: "Whose failure it was, for all that has occurred so far: it neither counts against a fix nor reopens the pattern. Empty: nobody else's, whatever a status page reports.",
        },
      ],
      verb: "Save",
      send: ({ provider }) =>
        put("/v1/issues/{issue_id}/provider", { issue_id: issue.id }, { provider: provider ?? null }),
      /** @param {Model<"Issue">} marked */
      onDone: (marked) => {
        close();
        reload();
        const undo = () => takeMarkBack(marked, reload);
        undoNotice("Saved. Fixes are judged again in the next run.", undo, UNMARKED);
      },
    }),
  );

const UNMARKED = "Taken back. Fixes are judged again in the next run.";

/**
 * Take the mark of a provider back: the one before it counts again, or none.
 * @param {Model<"Issue">} issue
 * @param {() => void} reload
 */
async function takeMarkBack({ id, provider_mark: mark }, reload) {
  if (!mark) return;
  await post("/v1/issues/{issue_id}/provider/{mark_id}/withdraw", { issue_id: id, mark_id: mark.id });
  reload();
}

/**
 * “GitHub, as Kim marked on …”, and taking that back; null where nobody did.
 * @param {Model<"Issue">} issue
 * @param {boolean} canWrite
 * @param {() => void} reload
 */
export function providerText(issue, canWrite, reload) {
  const mark = issue.provider_mark;
  if (!mark) return null;
  const text = `${mark.provider ?? "no provider"}, as ${mark.marked_by_name ?? "somebody who has left"} marked on ${minute(mark.marked_at)}`;
  return [
    text,
    canWrite
      ? action("Take back", () => takeMarkBack(issue, reload), { className: "plain", done: UNMARKED })
      : null,
  ];
}

// The progress of a recompute that somebody requested.

import { get } from "./client.js";
import { RecomputeStatus } from "./vocabulary.js";

const PAUSE = 2_000;
const MAX_POLLS = 300;

/**
 * Follow a job in an element until it ends or the screen is left; a live update does not take it away meanwhile.
 * @param {string} jobId
 * @param {HTMLElement} element
 * @param {AbortSignal} signal
 */
export async function followJob(jobId, element, signal) {
  element.setAttribute("data-following", "");
  for (let polls = 0; polls < MAX_POLLS && !signal.aborted; polls += 1) {
    const job = await get("/v1/jobs/{job_id}", { job_id: jobId }, {}, signal).catch(() => null);
    if (!job) return;
    element.textContent = `Recompute ${RecomputeStatus.meanings[job.status]}${job.error ? `: ${job.error}` : ""}`;
    if (job.finished_at) return element.removeAttribute("data-following");
    await new Promise((resolve) => setTimeout(resolve, PAUSE));
  }
}

// Going to another workspace of the same person.

import { post } from "../lib/client.js";
import { saveTokens } from "../lib/session.js";

/**
 * Sign in there as here; the page is loaded again, so that nothing of the former workspace stays in it.
 * @param {string} workspaceId
 */
export async function enterWorkspace(workspaceId) {
  await saveTokens(await post("/v1/sessions/switch", {}, { workspace_id: workspaceId }));
  location.hash = "#/";
  location.reload();
}

// What a role may do: each one may do what the ones before it may.

import { RoleName } from "./vocabulary.js";

/** @import { Me, Role } from "../types.js" */

const LADDER = RoleName.values;

/**
 * Whether the caller has this role or a higher one.
 * @param {Me} me
 * @param {Role} role
 */
export const isAtLeast = (me, role) => LADDER.indexOf(me.role) >= LADDER.indexOf(role);

/**
 * The roles that the caller may give to others: his own and those below it.
 * @param {Me} me
 */
export const assignableRoles = (me) => LADDER.slice(0, LADDER.indexOf(me.role) + 1);

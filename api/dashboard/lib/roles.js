// What a role may do: each one may do what the ones before it may.

const LADDER = ["viewer", "analyst", "admin", "owner"];

/** Whether the caller has this role or a higher one. */
export const isAtLeast = (me, role) => LADDER.indexOf(me.role) >= LADDER.indexOf(role);

/** The roles that the caller may give to others: his own and those below it. */
export const assignableRoles = (me) => LADDER.slice(0, LADDER.indexOf(me.role) + 1);

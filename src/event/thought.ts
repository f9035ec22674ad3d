/** Roles of tokens that tell that a text is not for the user but what the model thinks. */
const THOUGHT_ROLES: ReadonlySet<string> = new Set(['reasoning', 'thinking', 'thought']);

/** Whether a token of this role is a thought. */
export function isThought(role: string | undefined): boolean {
  return role !== undefined && THOUGHT_ROLES.has(role);
}

/** Whether a token of this role is not for the user but what the model thinks. */
export function isThought(role: string | undefined): boolean {
  return role !== undefined && ['reasoning', 'thinking', 'thought'].includes(role);
}

/** What names the life of the run that an event is of: short, and of no other run. */
export function epochOf({ id }: { readonly id: string }): string {
  return id.slice(0, id.indexOf('.'));
}

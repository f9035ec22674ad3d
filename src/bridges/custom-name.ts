import { isEventType } from '../event/event-types.ts';

/** A type of a user's own loses its prefix, unless what remains is the name of a type of ours, or kept for Sluice. */
export function customName(type: string): string {
  const name = type.replace(/^custom:/, '');
  return isEventType(name) || name.startsWith('sluice.') ? type : name;
}

import type { JsonObject } from '../event/json.ts';

/** An event as a bridge reads it from the stream of somebody else; `ctx.emit` and `writer.append` take it. */
export interface Produced {
  readonly type: string;
  readonly data: JsonObject;
  /** Slash path of the steps it was said in. */
  readonly node?: string | undefined;
}

/**
 * Reads the stream of somebody else, one part at a time and in order. It holds what the parts to come need to be
 * understood, never their text.
 */
export interface StreamReader {
  /** What a part says; nothing for one that has no meaning of its own. Never throws. */
  read(part: unknown): readonly Produced[];
}

/** The name of a thought's text: thoughts and answers of one message are texts of their own. */
export function thinkingOf(messageId: string): { readonly messageId: string; readonly role: 'thinking' } {
  return { messageId: `${messageId}/thinking`, role: 'thinking' };
}

/** A part that no table knows, under the name of its own system: `custom:<system>.<name>`. */
export function unknownPart(system: string, name: unknown, part: JsonObject): Produced {
  const shown = typeof name === 'string' && name !== '' ? name : 'unnamed';
  return { type: `custom:${`${system}.${shown.replace(/[^A-Za-z0-9_.-]/g, '_')}`.slice(0, 64)}`, data: part };
}

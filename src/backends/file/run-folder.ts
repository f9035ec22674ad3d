import { join } from 'node:path';

/** Longer names are refused by some file systems. */
const LONGEST = 200;
const BASE32 = 'abcdefghijklmnopqrstuvwxyz234567';

/**
 * The folder of a run's files. Never the ids themselves, which may be names that a system keeps for itself or that
 * differ in upper and lower case alone: lower case letters, digits and `-` stand for themselves, anything else is its
 * code in hex behind a `_`. Two ids never meet in one name, nor do two lives of one.
 */
export function runFolder(
  root: string,
  { tenantId, runId, epoch }: { readonly tenantId: string; readonly runId: string; readonly epoch: string },
): string {
  return join(root, 'runs', folderName('t', tenantId), `${folderName('r', runId)}.${epoch}`);
}

function folderName(kind: string, id: string): string {
  const plain = id.replace(/[^a-z0-9-]/g, other => `_${other.charCodeAt(0).toString(16).padStart(2, '0')}`);
  return plain.length <= LONGEST ? `${kind}-${plain}` : `${kind}x-${base32(id)}`;
}

/** RFC 4648, without padding and in lower case; ids are ASCII. */
function base32(id: string): string {
  let [text, bits, held] = ['', 0, 0];
  for (const code of Buffer.from(id)) {
    held = ((held << 8) | code) & 0xfff;
    for (bits += 8; bits >= 5; bits -= 5) text += BASE32[(held >>> (bits - 5)) & 31]!;
  }
  return bits > 0 ? text + BASE32[(held << (5 - bits)) & 31]! : text;
}

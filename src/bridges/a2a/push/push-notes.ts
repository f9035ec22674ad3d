import { createHash } from 'node:crypto';
import { randomName } from '../../../time/random-name.ts';
import type { Note } from '../../bridge.ts';
import type { PushConfig } from './push-config.ts';
import { isSealed, type SealedText } from './sealed-text.ts';

/** One life of a task. */
export interface PushTask {
  readonly tenantId: string;
  readonly runId: string;
  readonly epoch: string;
}

const ROOM = 'a2a-push/';

/** What the notes of a tenant begin with. */
export function tenantPrefix({ tenantId }: Pick<PushTask, 'tenantId'>): string {
  return `${ROOM}${tenantId}/`;
}

/** What the notes of a task begin with. */
export function taskPrefix({ tenantId, runId, epoch }: PushTask): string {
  return `${ROOM}${tenantId}/${runId}/${epoch}/`;
}

/** Clients choose the ids, and any text may be one. */
export function noteName(task: PushTask, id: string): string {
  return `${taskPrefix(task)}${createHash('sha256').update(id).digest('base64url').slice(0, 22)}`;
}

/** The task of a note; `undefined` for a note of somebody else. */
export function taskOf(name: string): PushTask | undefined {
  const [tenantId, runId, epoch, digest] = name.slice(ROOM.length).split('/');
  if (!name.startsWith(ROOM) || digest === undefined) return undefined;
  return { tenantId: tenantId!, runId: runId!, epoch: epoch! };
}

/** A new writing of a configuration. `at`: the cursor behind which updates are sent. */
export function noteOf(
  task: PushTask,
  config: PushConfig,
  { at, sealing }: { readonly at: string; readonly sealing: SealedText | undefined },
): Note {
  const name = noteName(task, config.id);
  const text = JSON.stringify(config);
  return { name, mark: randomName(16), at, text: sealing ? sealing.seal(name, text) : text };
}

/** The configuration in a note; `undefined` where another secret sealed it. */
export function configIn({ name, text }: Note, sealing: SealedText | undefined): PushConfig | undefined {
  const open = isSealed(text) ? sealing?.open(name, text) : text;
  return open === undefined ? undefined : (JSON.parse(open) as PushConfig);
}

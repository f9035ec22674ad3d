import { isNotice, type ResetNotice } from '../../event/notice.ts';
import type { ReadStep, RunReader } from '../../run/reader.ts';
import type { ReadTrouble } from '../../run/patient-read.ts';
import { soon } from '../../time/soon.ts';
import { HEARTBEAT_FRAME, idFrame, itemFrame, type FrameMode } from './frames.ts';
import { formatManyRunsCursor } from './many-runs-cursor.ts';
import { SseBytes } from './sse-bytes.ts';
import { SILENT } from '../bell.ts';
import type { SseFeed } from './sse-feed.ts';

interface Member {
  readonly runId: string;
  readonly reader: RunReader;
  readonly unwatch: () => void;
  /** There may be more to read. */
  isDue: boolean;
  hasEnded: boolean;
}

/** Events of one run before the next has its turn. */
const MOST_EVENTS = 64;

/**
 * Several runs on one connection, each in its own order. Every frame's `id` names the place in all of them, so that
 * one text resumes them all. Ends when every run has. Memory: a position per run.
 */
export class ManyRunsFeed implements SseFeed {
  bell = SILENT;
  readonly #members: readonly Member[];
  readonly #frames: FrameMode;
  readonly #positions: Map<string, string>;
  #sentId: string;
  #turn = 0;
  #ahead: SseBytes | undefined;
  /** What is said of runs that are not there. */
  #told: SseBytes | undefined;
  #stopBell: (() => void) | undefined;
  #trouble: ReadTrouble | undefined;

  /** `positions`: where each run's reader stands, as `?after=` has it. `gone`: told first, of runs without a reader. */
  constructor(
    readers: ReadonlyMap<string, RunReader>,
    positions: ReadonlyMap<string, string>,
    { frames, gone = [] }: { readonly frames: FrameMode; readonly gone?: readonly ResetNotice[] },
  ) {
    this.#frames = frames;
    if (gone.length > 0) this.#told = new SseBytes(gone.map(notice => itemFrame(notice, frames)).join(''));
    this.#positions = new Map(positions);
    this.#sentId = formatManyRunsCursor(positions);
    this.#members = [...readers].map(([runId, reader]) => {
      const member: Member = {
        ...{ runId, reader, isDue: true, hasEnded: false },
        unwatch: reader.watch(() => this.#ring(member)),
      };
      return member;
    });
  }

  get ended(): boolean {
    return (
      this.#told === undefined && this.#ahead === undefined && this.#members.every(member => member.hasEnded)
    );
  }

  /** Looks ahead to what `next` gives first, and tells whether every run that is there has ended and nothing of it is left. */
  async begin(): Promise<{ readonly isPastEnd: boolean }> {
    this.#ahead = await this.#nextEvents();
    // Who cannot be told anything yet is to ask again.
    if (this.#trouble) throw this.#trouble.error;
    return { isPastEnd: this.#ahead === undefined && this.#members.every(member => member.hasEnded) };
  }

  next(): SseBytes | undefined | Promise<SseBytes | undefined> {
    const told = this.#told;
    this.#told = undefined;
    return told ?? this.#nextEvents();
  }

  #nextEvents(): SseBytes | undefined | Promise<SseBytes | undefined> {
    const ahead = this.#ahead;
    this.#ahead = undefined;
    if (ahead) return ahead;
    for (let member = this.#nextDue(); member; member = this.#nextDue()) {
      const taken = member;
      taken.isDue = false;
      const answer = taken.reader.read(MOST_EVENTS);
      if (!('items' in answer)) return answer.then(step => this.#take(taken, step) ?? this.#nextEvents());
      const bytes = this.#take(taken, answer);
      if (bytes) return bytes;
    }
    return undefined;
  }

  behind(): number | Promise<number> {
    const due = this.#members.filter(({ isDue, hasEnded }) => isDue && !hasEnded);
    if (due.length === 0) return 0;
    const each = due.map(async ({ reader }) => Math.max(0, (await reader.tip()) - reader.seq));
    return Promise.all(each).then(behind => Math.max(...behind));
  }

  heartbeat(): SseBytes {
    const id = formatManyRunsCursor(this.#positions);
    const text = id === this.#sentId ? HEARTBEAT_FRAME : HEARTBEAT_FRAME + idFrame(id);
    this.#sentId = id;
    return new SseBytes(text);
  }

  close(): void {
    this.#stopBell?.();
    this.#told = undefined;
    this.#ahead = undefined;
    for (const member of this.#members) {
      member.unwatch();
      member.reader.close();
      member.hasEnded = true;
    }
  }

  #nextDue(): Member | undefined {
    const { length } = this.#members;
    for (let tried = 0; tried < length; tried++) {
      const member = this.#members[this.#turn++ % length]!;
      if (member.isDue && !member.hasEnded) return member;
    }
    return undefined;
  }

  #take(member: Member, { items, state, trouble }: ReadStep): SseBytes | undefined {
    const { runId, reader } = member;
    this.#trouble = trouble;
    let text = '';
    for (const item of items) {
      if (isNotice(item)) {
        text += itemFrame(item, this.#frames);
      } else {
        this.#positions.set(runId, item.cursor);
        this.#sentId = formatManyRunsCursor(this.#positions);
        text += itemFrame(item, this.#frames, this.#sentId);
      }
    }
    if (!trouble) this.#positions.set(runId, reader.cursor ?? 'start');
    member.hasEnded ||= state === 'end';
    member.isDue ||= state === 'more';
    return text === '' ? undefined : new SseBytes(text);
  }

  #ring(member: Member): void {
    member.isDue = true;
    this.#stopBell ??= soon(() => {
      this.#stopBell = undefined;
      this.bell.ring();
    });
  }
}

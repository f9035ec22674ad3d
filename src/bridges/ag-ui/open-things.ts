import type { AgUiEvent, AgUiType } from './ag-ui-event.ts';

type Ended =
  'TEXT_MESSAGE_END' | 'REASONING_MESSAGE_END' | 'REASONING_END' | 'TOOL_CALL_END' | 'STEP_FINISHED';

/** What each opener is closed with, and what names the two. */
const CLOSERS: Readonly<Partial<Record<AgUiType, { readonly type: Ended; readonly name: string }>>> = {
  TEXT_MESSAGE_START: { type: 'TEXT_MESSAGE_END', name: 'messageId' },
  REASONING_START: { type: 'REASONING_END', name: 'messageId' },
  REASONING_MESSAGE_START: { type: 'REASONING_MESSAGE_END', name: 'messageId' },
  TOOL_CALL_START: { type: 'TOOL_CALL_END', name: 'toolCallId' },
  STEP_STARTED: { type: 'STEP_FINISHED', name: 'stepName' },
};
const NAMES: ReadonlyMap<AgUiType, string> = new Map(
  Object.values(CLOSERS).map(({ type, name }) => [type, name]),
);

/**
 * What is open in a stream of AG-UI, so that it can be closed before the end and opened again for a client that
 * returns. Told of every event that was said. Memory: an opener per thing that is open.
 */
export class OpenThings {
  /** Openers by their closer and name, oldest first. */
  readonly #open: Map<string, AgUiEvent>;
  /** `RUN_STARTED`, while there is no end to it. */
  #run: AgUiEvent | undefined;

  constructor(open: Iterable<readonly [string, AgUiEvent]> = [], run?: AgUiEvent) {
    this.#open = new Map(open);
    this.#run = run;
  }

  get isRunning(): boolean {
    return this.#run !== undefined;
  }

  get size(): number {
    return this.#open.size;
  }

  copy(): OpenThings {
    return new OpenThings(this.#open, this.#run);
  }

  has(closer: Ended, name: string): boolean {
    return this.#open.has(`${closer} ${name}`);
  }

  /** To be called for every event. Contents and the like change nothing. */
  note(event: AgUiEvent): void {
    const closer = CLOSERS[event.type];
    if (closer) {
      this.#open.set(`${closer.type} ${nameOf(event, closer.name)}`, event);
      return;
    }
    const name = NAMES.get(event.type);
    if (name !== undefined) this.#open.delete(`${event.type} ${nameOf(event, name)}`);
    else if (event.type === 'RUN_STARTED') this.#run = event;
    else if (event.type === 'RUN_FINISHED' || event.type === 'RUN_ERROR') this.#run = undefined;
  }

  /** What closes all of it, the youngest first. */
  closing(): AgUiEvent[] {
    return [...this.#open.values()].reverse().map(event => {
      const { type, name } = CLOSERS[event.type]!;
      return { type, [name]: nameOf(event, name) } as unknown as AgUiEvent;
    });
  }

  /** What opens all of it again; the run first, if it goes on. */
  reopening(): AgUiEvent[] {
    return [...(this.#run ? [this.#run] : []), ...this.#open.values()].map(event => {
      const { rawEvent: _, timestamp: __, ...opener } = event;
      return opener;
    });
  }

  /** Those of one kind, oldest first. */
  named(closer: Ended): string[] {
    return [...this.#open]
      .filter(([key]) => key.startsWith(`${closer} `))
      .map(([key]) => key.slice(closer.length + 1));
  }
}

function nameOf(event: AgUiEvent, name: string): string {
  return (event as unknown as Record<string, string>)[name]!;
}

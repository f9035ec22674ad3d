import type { Json, JsonObject } from '../../event/json.ts';
import type { RunEvent } from '../../event/run-event.ts';
import { epochOf } from '../epoch.ts';
import { Speech } from '../speech.ts';
import type { CallResult, Talker } from '../talk-tellings.ts';
import type { AgUiEvent, AgUiOutcome, AgUiPlace, AgUiUsage } from './ag-ui-event.ts';
import { agUiTexts } from './ag-ui-texts.ts';
import { AG_UI_OPENERS } from './open-table.ts';

/** Which run of AG-UI a run of Sluice is told as. */
export interface AgUiRunOptions {
  /** Default: the id of the run. */
  readonly threadId?: string | undefined;
  /** Default: the id of the run. */
  readonly runId?: string | undefined;
  readonly parentRunId?: string | undefined;
}

/** What the end of a run says. */
export interface AgUiEnd {
  readonly outcome: AgUiOutcome;
  readonly result?: Json;
  readonly usage?: readonly AgUiUsage[];
  readonly rawEvent?: unknown;
  readonly metadata?: { readonly sluice: AgUiPlace };
}

const PROTOCOL = '1.0';
/** Things that are open at once; beyond that all are closed. */
const MOST_OPEN = 1_000;

/** What is said of one run, and the grammar of it: nothing without a beginning, nothing behind the end, nothing left open. */
export class AgUiStream extends Speech<AgUiEvent> implements Talker {
  readonly texts = agUiTexts(event => this.say(event));
  readonly #options: AgUiRunOptions;
  #sluiceRun = '';
  #steps: readonly string[] = [];
  #time = '';
  #timestamp: number | undefined;

  constructor(options: AgUiRunOptions) {
    super(AG_UI_OPENERS);
    this.#options = options;
  }

  /** What is said from now on is about this run, and has this time, RFC 3339, if there is one. */
  at(runId: string, time = this.#time): void {
    this.#sluiceRun = runId;
    if (time === this.#time) return;
    this.#time = time;
    this.#timestamp = Date.parse(time);
  }

  override say(event: AgUiEvent): void {
    this.#stamp(event);
    super.say(event);
  }

  protected override sayAlone(event: AgUiEvent): void {
    this.#stamp(event);
    super.sayAlone(event);
  }

  /** Says that the run goes on, and opens the steps again that an interrupt has closed. */
  begin(facts: JsonObject = {}): void {
    const { parentRunId } = this.#options;
    const { threadId, runId } = this.#ids();
    const metadata = { sluice: { runId: this.#sluiceRun, ...facts } };
    const ids = { threadId, runId, protocolVersion: PROTOCOL };
    this.say(
      parentRunId === undefined
        ? { type: 'RUN_STARTED', ...ids, metadata }
        : { type: 'RUN_STARTED', ...ids, parentRunId, metadata },
    );
    const steps = this.#steps;
    this.#steps = [];
    for (const stepName of steps) this.say({ type: 'STEP_STARTED', stepName });
  }

  /** Closes what is open, and ends. */
  finish(end: AgUiEnd): void {
    if (end.outcome.type === 'interrupt') this.#steps = this.open.named('STEP_FINISHED');
    this.closeAll();
    const { threadId, runId } = this.#ids();
    this.say({ type: 'RUN_FINISHED', threadId, runId, ...end });
  }

  startStep(stepName: string, rawEvent: unknown): void {
    if (this.hasStep(stepName)) this.say({ type: 'STEP_FINISHED', stepName });
    if (this.open.size >= MOST_OPEN) this.closeAll();
    this.say({ type: 'STEP_STARTED', stepName, rawEvent });
  }

  /** Also of one whose beginning nobody heard. */
  finishStep(stepName: string, rawEvent: unknown): void {
    if (!this.hasStep(stepName)) this.say({ type: 'STEP_STARTED', stepName });
    this.say({ type: 'STEP_FINISHED', stepName, rawEvent });
  }

  hasStep(stepName: string): boolean {
    return this.open.has('STEP_FINISHED', stepName);
  }

  /** Arguments of a call, piece by piece; it is open until it is made. */
  writeCall(toolCallId: string, toolCallName: string, delta: string): void {
    if (!this.#isWriting(toolCallId)) {
      if (this.open.size >= MOST_OPEN) this.closeAll();
      this.say({ type: 'TOOL_CALL_START', toolCallId, toolCallName });
    }
    if (delta !== '') this.say({ type: 'TOOL_CALL_ARGS', toolCallId, delta });
  }

  call(toolCallId: string, toolCallName: string, args: Json): void {
    // What was written piece by piece is known.
    if (this.#isWriting(toolCallId)) return this.say({ type: 'TOOL_CALL_END', toolCallId });
    if (this.open.size >= MOST_OPEN) this.closeAll();
    this.sayAlone({ type: 'TOOL_CALL_START', toolCallId, toolCallName });
    this.sayAlone({ type: 'TOOL_CALL_ARGS', toolCallId, delta: JSON.stringify(args) });
    this.sayAlone({ type: 'TOOL_CALL_END', toolCallId });
  }

  result(toolCallId: string, result: CallResult, event: RunEvent): void {
    if (this.#isWriting(toolCallId)) this.say({ type: 'TOOL_CALL_END', toolCallId });
    const [messageId, content] = [`${epochOf(event)}-${event.seq}`, contentOf(result)];
    const role = 'tool';
    this.say(
      'error' in result
        ? {
            type: 'TOOL_CALL_RESULT',
            messageId,
            toolCallId,
            content,
            role,
            metadata: { sluice: { failed: true } },
          }
        : { type: 'TOOL_CALL_RESULT', messageId, toolCallId, content, role },
    );
  }

  closeAll(): void {
    this.texts.closeAll();
    for (const event of this.open.closing()) this.say(event);
  }

  #stamp(event: AgUiEvent): void {
    if (this.#timestamp !== undefined) (event as { timestamp?: number }).timestamp = this.#timestamp;
  }

  #isWriting(toolCallId: string): boolean {
    return this.open.has('TOOL_CALL_END', toolCallId);
  }

  #ids(): { readonly threadId: string; readonly runId: string } {
    const { threadId = this.#sluiceRun, runId = this.#sluiceRun } = this.#options;
    return { threadId, runId };
  }
}

function contentOf(result: CallResult): string {
  const said = 'error' in result ? result.error : result.output;
  return typeof said === 'string' ? said : JSON.stringify(said);
}

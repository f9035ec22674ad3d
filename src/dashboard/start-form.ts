import { isSluiceError } from '../client/index.ts';
import { systemClock } from '../time/clock.ts';
import { newId } from '../time/new-id.ts';
import { element, setText } from './element.ts';
import { EXAMPLES } from './example-inputs.ts';
import { InputEditor } from './input-editor.ts';
import type { InputSchema } from './input-schema.ts';
import { fetchJson, problemOf, server } from './server.ts';

interface ListedAgent {
  readonly name: string;
  readonly description?: string;
  readonly inputSchema?: InputSchema;
}

/** A second press within this time means the run that the first one has started; milliseconds. */
const DOUBLE = 1_000;

/** Names of the agents that can be started; empty where there are none, or the server does not say. */
export async function agentsOf(): Promise<readonly ListedAgent[]> {
  return (await fetchJson<{ agents: readonly ListedAgent[] }>('agents').catch(() => ({ agents: [] }))).agents;
}

/** Fills the form that starts agents, and shows it if there are any. `onStarted` is told the id of the new run. */
export function fillStartForm(
  form: HTMLFormElement,
  agents: readonly ListedAgent[],
  onStarted: (runId: string) => void,
): void {
  if (agents.length === 0) return;
  const choice = element(
    'select',
    { id: 'agent', name: 'agent', 'aria-describedby': 'about' },
    ...agents.map(({ name }) => element('option', { value: name }, name)),
  );
  const about = element('p', { class: 'quiet', id: 'about' });
  const problem = element('p', { class: 'problem', role: 'alert' });
  const submit = element('button', { class: 'primary' }, 'Start');
  const details = element('details', { class: 'input' }, element('summary', {}, 'Input'));
  let editor = new InputEditor(undefined, {});
  const choose = (isChosen: boolean): void => {
    const agent = agents.find(({ name }) => name === choice.value);
    setText(about, agent?.description ?? '');
    setText(problem, '');
    editor = new InputEditor(agent?.inputSchema, EXAMPLES[choice.value]);
    details.replaceChildren(details.firstElementChild!, editor.element);
    // What comes with the page stays out of the way of the list.
    details.open = isChosen && EXAMPLES[choice.value] === undefined && needsInput(agent?.inputSchema);
  };
  choice.addEventListener('change', () => choose(true));
  choose(false);
  form.replaceChildren(
    element('div', { class: 'row' }, element('label', { for: 'agent' }, 'Agent'), choice, submit),
    about,
    details,
    problem,
  );

  const once = new StartOnce();
  form.addEventListener('submit', event => {
    event.preventDefault();
    setText(problem, '');
    // Where something is said beside a field it has to be seen, and can have the focus.
    const wasOpen = details.open;
    details.open = true;
    const typed = editor.read();
    if (!typed) return;
    details.open = wasOpen;
    once.start(choice.value, typed.input)?.then(onStarted, (error: unknown) => {
      const { issues } = (isSluiceError(error, 'BAD_INPUT') && error.details) || {};
      if (Array.isArray(issues)) {
        details.open = true;
        editor.refuse(issues as string[]);
      } else setText(problem, problemOf(error));
    });
  });
  form.hidden = false;
}

/** Starts what is asked for once, however often that is pressed, or sent again since nobody answered. */
class StartOnce {
  #asked = '';
  #key: string | undefined;
  #isSending = false;

  /** The id of the run; `undefined` while the same is on its way. Rejects like `start` of the client. */
  start(agent: string, input: unknown): Promise<string> | undefined {
    const asked = JSON.stringify([agent, input]);
    if (this.#isSending && asked === this.#asked) return undefined;
    if (asked !== this.#asked) this.#key = undefined;
    this.#asked = asked;
    this.#isSending = true;
    const key = (this.#key ??= newId());
    const forget = (): void => {
      if (this.#key === key) this.#key = undefined;
    };
    return server
      .start(agent, { input, idempotencyKey: key })
      .then(
        ({ runId }) => {
          systemClock.alarm(DOUBLE, forget, false);
          return runId;
        },
        (error: unknown) => {
          // Whether it was started nobody knows; with the same key it is not started again.
          if (!isSluiceError(error, 'CONNECTION_LOST')) forget();
          throw error;
        },
      )
      .finally(() => (this.#isSending = false));
  }
}

function needsInput(schema: InputSchema | undefined): boolean {
  const { required = [], properties = {} } = schema ?? {};
  return required.some(name => properties[name]?.default === undefined);
}

import { element } from './element.ts';
import { fetchJson, problemOf, server } from './server.ts';

interface ListedAgent {
  readonly name: string;
  readonly description?: string;
}

/** Input to begin with, for the agents of a demo server. */
const EXAMPLES: Readonly<Record<string, unknown>> = {
  survey: { seconds: 8 },
  echo: { text: 'Every word of this sentence is an event of its run.', delayMs: 120 },
  script: {
    steps: [
      { type: 'progress', data: { step: 'plan', fraction: 0.3 } },
      { type: 'token', data: { content: 'From a script. ' }, delayMs: 600 },
      { type: 'custom:note', data: { mood: 'calm' }, delayMs: 600 },
      { type: 'progress', data: { step: 'done', fraction: 1 }, delayMs: 600 },
    ],
  },
};

/** Fills the form that starts agents, and shows it if there are any. `onStarted` is told the id of the new run. */
export async function fillStartForm(
  form: HTMLFormElement,
  onStarted: (runId: string) => void,
): Promise<void> {
  const { agents } = await fetchJson<{ agents: readonly ListedAgent[] }>('agents').catch(() => ({
    agents: [],
  }));
  if (agents.length === 0) return;
  const choice = element(
    'select',
    { id: 'agent', name: 'agent' },
    ...agents.map(({ name }) => element('option', { value: name }, name)),
  );
  const about = element('p', { class: 'quiet', id: 'about' });
  choice.setAttribute('aria-describedby', 'about');
  const input = element('textarea', { id: 'input', rows: 4, spellcheck: 'false', autocomplete: 'off' });
  const problem = element('p', { class: 'problem', role: 'alert' });
  const submit = element('button', { class: 'primary' }, 'Start');
  const choose = (): void => {
    const agent = agents.find(({ name }) => name === choice.value);
    about.textContent = agent?.description ?? '';
    input.value = JSON.stringify(EXAMPLES[choice.value] ?? {}, undefined, 2);
    problem.textContent = '';
  };
  choice.addEventListener('change', choose);
  choose();
  form.replaceChildren(
    element('div', { class: 'row' }, element('label', { for: 'agent' }, 'Agent'), choice, submit),
    about,
    element(
      'details',
      { class: 'input' },
      element('summary', {}, 'Input'),
      element('label', { for: 'input', class: 'unseen' }, 'Input as JSON'),
      input,
    ),
    problem,
  );
  form.addEventListener('submit', event => {
    event.preventDefault();
    problem.textContent = '';
    start(choice.value, input.value).then(onStarted, (error: unknown) => {
      problem.textContent = problemOf(error);
    });
  });
  form.hidden = false;
}

async function start(agent: string, text: string): Promise<string> {
  let input: unknown;
  try {
    input = text.trim() === '' ? undefined : JSON.parse(text);
  } catch (error) {
    throw new Error(`The input is not JSON. ${(error as Error).message}`, { cause: error });
  }
  return (await server.start(agent, { input })).runId;
}

import { systemClock } from '../time/clock.ts';
import { byId, element, setText } from './element.ts';
import { RunList, type ListState } from './run-list.ts';
import { RunPanel } from './run-panel.ts';
import { isWanted, RunRows } from './run-rows.ts';
import { problemOf } from './server.ts';
import { fillStartForm } from './start-form.ts';
import { counted } from './words.ts';

const CONNECTION: Readonly<Record<ListState, string>> = {
  connecting: 'connecting…',
  live: 'live',
  lost: 'reconnecting…',
  refused: 'not connected',
};

const main = byId('main');
const finder = byId('find') as HTMLInputElement;
const older = byId('older') as HTMLButtonElement;
const rows = new RunRows(byId('runs'));
const list = new RunList(() => drawSoon());
let panel: RunPanel | undefined;
let isDrawDue = false;
let wasOffered = false;

/** The run that the address names; it survives a reload and can be shared. */
function selected(): string | undefined {
  const [, runId] = /^#run=([^&]+)/.exec(location.hash) ?? [];
  // Ids need no escaping; what is escaped by hand and cannot be read names no run.
  return runId !== undefined && /^[\w.-]+$/.test(runId) ? runId : undefined;
}

function select(): void {
  panel?.close();
  const runId = selected();
  panel = runId === undefined ? undefined : new RunPanel(runId, list, drawSoon);
  main.replaceChildren(panel?.element ?? invitation());
  document.body.classList.toggle('has-run', panel !== undefined);
  if (!panel) document.title = 'Sluice';
  scrollTo(0, 0);
  drawSoon();
}

function invitation(): HTMLElement {
  return element(
    'div',
    { class: 'invitation' },
    element('p', {}, 'Choose a run to watch it.'),
    element(
      'p',
      { class: 'quiet' },
      'Every run is one ordered stream of events; this page replays it from the first.',
    ),
  );
}

function drawSoon(): void {
  if (isDrawDue) return;
  isDrawDue = true;
  requestAnimationFrame(() => {
    isDrawDue = false;
    draw();
  });
}

/** Who comes without a run in mind sees the newest, where there is room beside the list. */
function selectNewest(): void {
  const [newest] = list.runs;
  if (list.state !== 'live' || wasOffered) return;
  wasOffered = true;
  if (newest && location.hash === '' && matchMedia('(min-width: 721px)').matches) {
    location.replace(`#run=${newest.runId}`);
  }
}

function draw(): void {
  selectNewest();
  const { runs, state } = list;
  const wanted = finder.value.trim();
  const shown = wanted === '' ? runs : runs.filter(run => isWanted(run, wanted));
  rows.draw(shown, { selected: selected(), now: systemClock.now() });
  const all = runs.length === 0 ? '' : String(runs.length);
  setText(byId('run-count'), wanted === '' ? all : `${shown.length} of ${counted(runs.length, 'run')}`);
  finder.hidden = runs.length < 2 && wanted === '';
  older.hidden = !list.hasOlder;
  byId('no-runs').hidden = runs.length > 0 || state !== 'live';
  drawConnection(state === 'live' && panel?.isLost ? 'lost' : state);
}

function drawConnection(state: ListState): void {
  const connection = byId('connection');
  connection.dataset.state = state;
  connection.title = list.problem;
  setText(connection, CONNECTION[state]);
}

/** Runs that go on grow older without news of them. */
function tick(): void {
  systemClock.alarm(
    1_000,
    () => {
      if (list.runs.some(({ endedAt }) => endedAt === undefined)) drawSoon();
      tick();
    },
    false,
  );
}

addEventListener('hashchange', select);
finder.addEventListener('input', drawSoon);
older.addEventListener('click', () => {
  older.disabled = true;
  list
    .loadOlder()
    .catch((error: unknown) => setText(byId('run-count'), problemOf(error)))
    .finally(() => (older.disabled = false));
});
select();
tick();
void fillStartForm(byId('start') as HTMLFormElement, runId => {
  location.hash = `run=${runId}`;
});

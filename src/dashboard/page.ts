import { byId, element, setText } from './element.ts';
import { RunList } from './run-list.ts';
import { RunPanel } from './run-panel.ts';
import { RunRows } from './run-rows.ts';
import { fillStartForm } from './start-form.ts';

const CONNECTION = { connecting: 'connecting…', live: 'live', lost: 'reconnecting…' } as const;

const main = byId('main');
const rows = new RunRows(byId('runs'));
const list = new RunList(() => drawSoon());
let panel: RunPanel | undefined;
let isDrawDue = false;
let wasOffered = false;

/** The run that the address names; it survives a reload and can be shared. */
function selected(): string | undefined {
  const [, runId] = /^#run=(.+)$/.exec(location.hash) ?? [];
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
  rows.draw(runs, selected());
  setText(byId('run-count'), runs.length === 0 ? '' : String(runs.length));
  byId('no-runs').hidden = runs.length > 0 || state !== 'live';
  const connection = byId('connection');
  const shown = state === 'live' && panel?.isLost ? 'lost' : state;
  connection.dataset.state = shown;
  setText(connection, CONNECTION[shown]);
}

addEventListener('hashchange', select);
select();
void fillStartForm(byId('start') as HTMLFormElement, runId => {
  location.hash = `run=${runId}`;
});

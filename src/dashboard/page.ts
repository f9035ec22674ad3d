import { systemClock } from '../time/clock.ts';
import { hashOf, readAddress, saysFilter, type Address } from './address.ts';
import { Charts } from './charts.ts';
import { drawConnection } from './connection-line.ts';
import { byId, element } from './element.ts';
import { listenForKeys } from './list-keys.ts';
import { RunList } from './run-list.ts';
import { RunPanel } from './run-panel.ts';
import { RunSide } from './run-side.ts';
import { session } from './session.ts';
import { accountLine, signInForm } from './sign-in.ts';
import { agentsOf, fillStartForm } from './start-form.ts';
import { themeButton } from './theme.ts';

const main = byId('main');
/** Room for the list beside a run. */
const wide = matchMedia('(min-width: 721px)');
let address: Address = readAddress(location.hash);
let panel: RunPanel | undefined;
let isDrawDue = false;
let wasOffered = false;

const list = new RunList(drawSoon, address.filter);
const side = new RunSide(list, {
  filter: address.filter,
  onFilter: filter => go({ ...readAddress(location.hash), filter }),
  onChange: drawSoon,
});
const charts = new Charts();

/** Goes somewhere without a way back, as for each letter of a search. */
function go(to: Address): void {
  history.replaceState(history.state, '', hashOf(to) || location.pathname + location.search);
  follow(to.runId !== address.runId);
}

/** Shows what the address says. `isNew`: another run, or another place in it. */
function follow(isNew: boolean): void {
  const said = readAddress(location.hash);
  // Links within the page name a run alone, and leave the list as it is.
  if (!saysFilter(location.hash) && isNew) {
    address = { ...said, filter: address.filter };
    history.replaceState(history.state, '', hashOf(address) || location.pathname + location.search);
  } else {
    address = said;
  }
  side.show(address.filter);
  list.narrow(address.filter);
  if (isNew) select();
  drawSoon();
}

function select(): void {
  const { runId } = address;
  panel?.close();
  panel = runId === undefined ? undefined : new RunPanel(runId, list, drawSoon);
  main.replaceChildren(panel?.element ?? invitation());
  document.body.classList.toggle('has-run', panel !== undefined);
  if (!panel) document.title = 'Sluice';
  scrollTo(0, 0);
}

function invitation(): HTMLElement {
  return element(
    'div',
    { class: 'invitation' },
    element('p', {}, 'Choose a run to watch it.'),
    element(
      'p',
      { class: 'quiet' },
      'Every run is one ordered stream of events. ',
      element('kbd', {}, 'j'),
      ' and ',
      element('kbd', {}, 'k'),
      ' go through the list, ',
      element('kbd', {}, 'Enter'),
      ' opens, ',
      element('kbd', {}, '/'),
      ' searches.',
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
  if (newest && location.hash === '' && wide.matches) go({ ...address, runId: newest.runId });
}

function draw(): void {
  selectNewest();
  side.draw(address.runId);
  const { state, liveUntil, problem } = list;
  const now = systemClock.now();
  drawConnection({
    ...{ liveUntil, problem, now },
    state: state === 'live' && panel?.isLost ? 'lost' : state,
  });
}

/** Runs that go on grow older without news of them. */
function tick(): void {
  systemClock.alarm(
    1_000,
    () => {
      side.tick();
      charts.turn({ live: side.live, isReading: panel !== undefined });
      if (list.state !== 'live' || list.runs.some(({ endedAt }) => endedAt === undefined)) drawSoon();
      tick();
    },
    false,
  );
}

/** On a narrow screen the list is a screen of its own. */
function showList(): void {
  if (!wide.matches && address.runId !== undefined) location.hash = '';
}

addEventListener('hashchange', () => follow(true));
addEventListener('online', drawSoon);
addEventListener('offline', drawSoon);
byId('skip').addEventListener('click', event => {
  // The address says which run is shown, so the link may not change it.
  event.preventDefault();
  main.focus();
});
listenForKeys({ list: byId('runs'), search: side.bar.search, showList });
themeButton(byId('theme') as HTMLButtonElement);
signInForm(byId('sign-in'), byId('frame'));
accountLine(byId('account'));
byId('charts').append(charts.element);
select();
tick();
void session.begin();
void agentsOf().then(agents => {
  side.offer(agents.map(({ name }) => name));
  fillStartForm(byId('start') as HTMLFormElement, agents, runId => {
    location.hash = `run=${runId}`;
  });
});

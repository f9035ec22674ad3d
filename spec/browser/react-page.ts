// What the specs of the React hooks bundle into a page: components that show what the hooks give, and a lab to steer them.
import { Component, createElement as h, StrictMode, useState, type ReactNode } from 'react';
import { createRoot, hydrateRoot, type Root } from 'react-dom/client';
import { createClient, type RunState } from '../../src/client/index.ts';
import {
  SluiceProvider,
  useClient,
  useRun,
  useRuns,
  type LiveRun,
  type LiveRuns,
} from '../../src/client/react/index.ts';

/** What a page shows; passed as JSON. */
export interface Shown {
  readonly run?: string | undefined;
  /** How many components show the run. */
  readonly viewers?: number;
  readonly events?: number;
  readonly initial?: RunState;
  readonly throwErrors?: boolean;
  readonly list?: { readonly agent?: string; readonly limit?: number };
  readonly isPlain?: boolean;
  /** Sent as a header by the client of a provider. */
  readonly token?: string;
}

/** What a component was given last, as plain data. */
export interface Seen {
  readonly text: string;
  readonly status: string;
  readonly connection: string;
  readonly isStale: boolean;
  readonly code: string | undefined;
  readonly seen: number;
  readonly runId: string | undefined;
  readonly events: readonly number[];
  readonly asks: readonly string[];
}

export interface Lab {
  /** Both take a {@link Shown} as JSON. */
  show(shown: string): void;
  hydrate(shown: string): void;
  unmount(): void;
  /** Of the first component. */
  run: LiveRun;
  list: LiveRuns;
  seen: Seen;
  /** All that the first component was given since the page was opened. */
  history: Seen[];
  renders: number;
  frames: number;
  boundary: string | undefined;
}

function seenOf({ state, status, connection, isStale, error, events, asks }: LiveRun): Seen {
  return {
    text: state.messages.map(({ text }) => text).join(''),
    ...{ status, connection, isStale, code: error?.code, seen: state.seen, runId: state.runId },
    events: events.map(({ seq }) => seq),
    asks: asks.map(({ askId }) => askId),
  };
}

function Viewer({ at, shown }: { readonly at: number; readonly shown: Shown }): ReactNode {
  const { initial, events, throwErrors } = shown;
  const run = useRun(shown.run, {
    ...(initial && { initial }),
    ...(events !== undefined && at === 0 && { events }),
    ...(throwErrors !== undefined && { throwErrors }),
  });
  const seen = seenOf(run);
  if (typeof window !== 'undefined' && at === 0) {
    const { lab } = window as unknown as { readonly lab: Lab };
    Object.assign(lab, { run, seen, renders: lab.renders + 1 });
    lab.history.push(seen);
  }
  return h('p', { className: 'run' }, `${seen.runId} ${seen.status} ${seen.text}`);
}

function List({ query }: { readonly query: NonNullable<Shown['list']> }): ReactNode {
  const list = useRuns(query);
  Object.assign((window as unknown as { readonly lab: Lab }).lab, { list });
  return h(
    'ol',
    {},
    list.runs.map(({ runId, status }) => h('li', { key: runId }, `${runId} ${status}`)),
  );
}

class Boundary extends Component<{ readonly children?: ReactNode }> {
  override readonly state = { code: undefined as string | undefined };
  static getDerivedStateFromError(error: { readonly code: string }): object {
    return { code: error.code };
  }
  override render(): ReactNode {
    return this.state.code ?? this.props.children;
  }
}

/** Starts a run by the client that the provider gives. */
function Starter(): ReactNode {
  const client = useClient();
  const [runId, setRunId] = useState<string>();
  const start = () => void client.open().then(run => setRunId(run.runId));
  return h('button', { onClick: start }, runId ?? 'start');
}

const tokens = new Map<string, ReturnType<typeof createClient>>();
function clientWith(token: string) {
  const known = tokens.get(token) ?? createClient('/', { headers: { authorization: `Bearer ${token}` } });
  tokens.set(token, known);
  return known;
}

/** The whole page. */
export function App({ shown }: { readonly shown: Shown }): ReactNode {
  const { viewers = shown.list ? 0 : 1, list, isPlain = false, token } = shown;
  const parts = [
    ...Array.from({ length: viewers }, (_, at) => h(Viewer, { key: at, at, shown })),
    list && h(List, { key: 'list', query: list }),
    token && h(Starter, { key: 'starter' }),
  ];
  const page = h(Boundary, {}, parts);
  const provided = token ? h(SluiceProvider, { client: clientWith(token) }, page) : page;
  return isPlain ? provided : h(StrictMode, {}, provided);
}

if (typeof window !== 'undefined') {
  let root: Root | undefined;
  const place = (): HTMLElement => document.querySelector<HTMLElement>('#root')!;
  const lab: Partial<Lab> = {
    ...{ renders: 0, frames: 0, history: [] },
    show: shown => (root ??= createRoot(place())).render(h(App, { shown: JSON.parse(shown) as Shown })),
    hydrate: shown => (root = hydrateRoot(place(), h(App, { shown: JSON.parse(shown) as Shown }))),
    unmount: () => {
      root?.unmount();
      root = undefined;
    },
  };
  Object.assign(window, { lab });
  const count = (): void => {
    lab.frames!++;
    requestAnimationFrame(count);
  };
  requestAnimationFrame(count);
}

import type { RunStatus } from '../event/run-event.ts';
import { NO_FILTER, type RunFilter } from './run-filter.ts';
import { STATUS_WORDS } from './words.ts';

/** What the address says behind its `#`: it survives a reload, and can be sent to somebody. */
export interface Address {
  readonly runId?: string | undefined;
  /** The seq of an event of that run. */
  readonly at?: number | undefined;
  readonly filter: RunFilter;
}

// Ids need no escaping; what is escaped by hand and cannot be read names no run.
const RUN_ID = /^[\w.-]+$/;

/** Reads `#run=…&at=…&status=…&agent=…&thread=…&label=name=value&q=…`; what cannot be is left out. */
export function readAddress(hash: string): Address {
  const said = new URLSearchParams(hash.replace(/^#/, ''));
  const runId = said.get('run') ?? '';
  const at = said.get('at') ?? '';
  const status = (said.get('status') ?? '').split(',').filter(isStatus);
  const labels = said.getAll('label').map(text => [text.split('=', 1)[0]!, text] as const);
  return {
    runId: RUN_ID.test(runId) ? runId : undefined,
    at: /^\d{1,15}$/.test(at) ? Number(at) : undefined,
    filter: {
      ...NO_FILTER,
      status: [...new Set(status)],
      agent: said.get('agent') || undefined,
      threadId: said.get('thread') || undefined,
      labels: Object.fromEntries(
        labels
          .filter(([name, text]) => name !== '' && text.length > name.length)
          .map(([name, text]) => [name, text.slice(name.length + 1)]),
      ),
      text: said.get('q') ?? '',
    },
  };
}

/** The same as text, `#` included; empty where nothing is said. */
export function hashOf({ runId, at, filter }: Address): string {
  const said = new URLSearchParams();
  const { status, agent, threadId, labels, text } = filter;
  if (runId !== undefined) said.set('run', runId);
  if (runId !== undefined && at !== undefined) said.set('at', String(at));
  if (status.length > 0) said.set('status', status.join(','));
  if (agent) said.set('agent', agent);
  if (threadId) said.set('thread', threadId);
  for (const [name, value] of Object.entries(labels)) said.append('label', `${name}=${value}`);
  if (text !== '') said.set('q', text);
  // Commas and the like need no escape behind a #, and people read addresses.
  const hash = said.toString().replace(/%(2C|3D|3A|2F)/g, code => decodeURIComponent(code));
  return hash === '' ? '' : `#${hash}`;
}

/** Whether an address says which runs it wants; one that does not leaves that as it is. */
export function saysFilter(hash: string): boolean {
  return /[#&](status|agent|thread|label|q)=/.test(hash);
}

function isStatus(text: string): text is RunStatus {
  return Object.hasOwn(STATUS_WORDS, text) && text !== 'gone';
}

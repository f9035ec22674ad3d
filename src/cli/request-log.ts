import type { RequestListener, RequestReport } from '../http/index.ts';
import type { Output } from './command-host.ts';
import { jsonLine } from './json-line.ts';
import { inline } from './printable-text.ts';

/** How requests are logged. */
export const LOG_KINDS = ['off', 'text', 'json'] as const;
export type LogKind = (typeof LOG_KINDS)[number];

/** Lines that may wait for whoever reads them; a log must not fill the memory of a server. */
const MOST_WAITING = 10_000;

/** One line for each request, for people or for machines; `undefined` where nobody wants any. */
export function requestLog(kind: LogKind, output: Output): RequestListener | undefined {
  if (kind === 'off') return undefined;
  let [waiting, lost] = [0, 0];
  const write = (line: string): void => {
    waiting++;
    const written = (): void => {
      waiting--;
      if (waiting > 0 || lost === 0) return;
      const missing = lost;
      lost = 0;
      write(
        kind === 'json' ? jsonLine({ missing }) : `${missing} requests are missing here: nobody read them`,
      );
    };
    output.write(`${line}\n`).then(written, () => void waiting--);
  };
  return report => {
    if (waiting >= MOST_WAITING) lost++;
    else write(kind === 'json' ? jsonLine(report) : textOf(report));
  };
}

function textOf(report: RequestReport): string {
  const { time, method, route, status, duration, requestId, code, subject, tenantId, runId } = report;
  const words = [time, String(status), method, route, `${Math.round(duration)} ms`, code];
  const who = subject === undefined ? undefined : `${subject}@${tenantId}`;
  return inline([...words, who, runId, requestId].filter(word => word !== undefined).join(' ')).replaceAll(
    /[\u2028\u2029]/g,
    ' ',
  );
}

import type { RunEvent } from '../../event/run-event.ts';
import { nameOption } from '../../operators/check-option.ts';
import type { Observer } from './observer.ts';

/** How {@link consoleObserver} writes. */
export interface ConsoleObserverOptions {
  /** `pretty`: a short line for people · `json`: the whole event on one line. Default: `pretty`. */
  readonly format?: 'pretty' | 'json' | undefined;
  /** Takes each line, without its line break. Default: `console.log`. */
  readonly write?: ((line: string) => unknown) | undefined;
}

const LONGEST = 120;

/** An observer that writes one line per event: to see what is going on. Throws `BAD_OPTION`. */
export function consoleObserver({ format = 'pretty', write }: ConsoleObserverOptions = {}): Observer {
  nameOption('consoleObserver: format', format, ['pretty', 'json']);
  const show = write ?? ((line: string) => console.log(line));
  return event => show(format === 'json' ? JSON.stringify(event) : prettyLine(event));
}

/** `10:21:07.042 run-7 3 tool.called plan/search {"tool":"fetch"}`; text from outside cannot break the line. */
function prettyLine({ time, runId, seq, type, node, data }: RunEvent): string {
  const text = JSON.stringify(data);
  const shown = text.length > LONGEST ? `${text.slice(0, LONGEST - 1)}…` : text;
  const place = node === undefined ? '' : ` ${printable(node)}`;
  return `${time.slice(11, 23)} ${runId.slice(-8)} ${seq} ${printable(type)}${place} ${printable(shown)}`;
}

/** JSON escapes most controls; not those above ASCII, which a terminal obeys as well. */
function printable(text: string): string {
  return text.replaceAll(/[\u0000-\u001f\u007f-\u009f\u2028\u2029\u202a-\u202e\u2066-\u2069]/g, '�');
}

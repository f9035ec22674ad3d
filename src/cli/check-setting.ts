import { statSync } from 'node:fs';
import { SluiceError } from '../index.ts';
import { LOG_KINDS, type LogKind } from './request-log.ts';

/** A text, and the flag, variable or key that it was given as. */
export interface Given {
  readonly name: string;
  readonly text: string;
}

const LAST_PORT = 65_535;

/** Throws `BAD_OPTION`. */
export function checkPort({ name, text }: Given): number {
  const port = Number(text);
  if (/^\d{1,5}$/.test(text) && port <= LAST_PORT) return port;
  throw new SluiceError(
    'BAD_OPTION',
    `${name}: expected a port from 0 to ${LAST_PORT}, got ${JSON.stringify(text.slice(0, 200))}. 0 takes any free port.`,
  );
}

/** Throws `BAD_OPTION`. */
export function checkLog({ name, text }: Given): LogKind {
  const kind = LOG_KINDS.find(known => known === text);
  if (kind !== undefined) return kind;
  throw new SluiceError(
    'BAD_OPTION',
    `${name}: expected ${LOG_KINDS.join(', ')}, got ${JSON.stringify(text.slice(0, 200))}.`,
  );
}

/** A folder for the demo. Throws `BAD_OPTION`. */
export function checkFolder(name: string, path: string, isDemo: boolean): string {
  if (!isDemo)
    throw new SluiceError(
      'BAD_OPTION',
      `${name}: it is for the demo agents, which are not there. Add --demo.`,
    );
  if (statSync(path, { throwIfNoEntry: false })?.isDirectory()) return path;
  throw new SluiceError(
    'BAD_OPTION',
    `${name}: expected a folder, got ${JSON.stringify(path.slice(0, 200))}, which is none.`,
  );
}

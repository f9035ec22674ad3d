import { basename } from 'node:path';
import { SluiceError } from '../../index.ts';
import { serverOf, type Server, type ServerFlags } from '../server-address.ts';
import type { OutputFormat } from './agent-output.ts';

/** What was given, as text; absent where nothing was. */
export interface ExecFlags extends ServerFlags {
  readonly run?: string | undefined;
  readonly name?: string | undefined;
  readonly label?: readonly string[] | undefined;
  readonly text?: boolean | undefined;
  readonly format?: OutputFormat | undefined;
  readonly grace?: string | undefined;
  readonly onLost?: string | undefined;
  readonly requireServer?: boolean | undefined;
  readonly quiet?: boolean | undefined;
}

/** {@link ExecFlags} and variables, checked, with every default filled in. */
export interface ExecSettings {
  readonly command: readonly [string, ...string[]];
  readonly server: Server;
  readonly runId: string | undefined;
  /** The run around, if this is part of a program that is a run. */
  readonly parentId: string | undefined;
  readonly labels: Readonly<Record<string, string>>;
  /** Lines that are JSON are no more than text. */
  readonly isText: boolean;
  /** Whose JSON lines are read as an agent's. */
  readonly format: OutputFormat;
  /** Milliseconds. */
  readonly grace: number;
  readonly onLost: 'continue' | 'stop';
  readonly requireServer: boolean;
  readonly isQuiet: boolean;
  readonly isJson: boolean;
}

/** Seconds. The server itself ends a run that does not stop within 5 s, so that this is less. */
export const DEFAULT_GRACE = 3;
const LONGEST_GRACE = 3_600;

/** Throws `BAD_OPTION`. */
export function resolveExec(
  command: readonly string[],
  flags: ExecFlags,
  env: Readonly<Record<string, string | undefined>>,
): ExecSettings {
  const [file, ...args] = command;
  if (file === undefined || file === '') {
    throw new SluiceError(
      'BAD_OPTION',
      'exec: expected a program to run, got none. For example: sluice exec -- npm test.',
    );
  }
  return {
    command: [file, ...args],
    server: serverOf(flags, env),
    runId: flags.run,
    parentId: env['SLUICE_RUN_ID'] || undefined,
    labels: { name: flags.name ?? basename(file), ...labelsOf(flags.label ?? []) },
    isText: flags.text === true || flags.format === 'text',
    format: flags.format ?? 'auto',
    grace: graceOf(flags.grace),
    onLost: onLostOf(flags.onLost),
    requireServer: flags.requireServer ?? true,
    isQuiet: flags.quiet ?? false,
    isJson: flags.json ?? false,
  };
}

function labelsOf(labels: readonly string[]): Record<string, string> {
  return Object.fromEntries(
    labels.map(label => {
      const at = label.indexOf('=');
      if (at > 0) return [label.slice(0, at), label.slice(at + 1)];
      throw new SluiceError('BAD_OPTION', `--label: expected key=value, got ${JSON.stringify(label)}.`);
    }),
  );
}

function graceOf(text: string | undefined): number {
  if (text === undefined) return DEFAULT_GRACE * 1_000;
  const seconds = text.trim() === '' ? NaN : Number(text);
  if (seconds >= 0 && seconds <= LONGEST_GRACE) return seconds * 1_000;
  throw new SluiceError(
    'BAD_OPTION',
    `--grace: expected 0 to ${LONGEST_GRACE} seconds, got ${JSON.stringify(text)}.`,
  );
}

function onLostOf(text = 'continue'): 'continue' | 'stop' {
  if (text === 'continue' || text === 'stop') return text;
  throw new SluiceError('BAD_OPTION', `--on-lost: expected continue or stop, got ${JSON.stringify(text)}.`);
}

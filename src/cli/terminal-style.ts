import { styleText } from 'node:util';
import type { Output } from './command-host.ts';

type Format = Parameters<typeof styleText>[0];

/** How text is shown: each function gives its text back, with colours or as it is. */
export interface TerminalStyle {
  /** Whether lines may be coloured and drawn again. */
  readonly isRich: boolean;
  readonly bold: (text: string) => string;
  readonly dim: (text: string) => string;
  readonly good: (text: string) => string;
  readonly bad: (text: string) => string;
  readonly busy: (text: string) => string;
  readonly notable: (text: string) => string;
}

/** Rich on a terminal that is not `dumb`, unless `NO_COLOR` says otherwise; see no-color.org. */
export function styleFor(
  output: Pick<Output, 'isTerminal'>,
  env: Readonly<Record<string, string | undefined>>,
): TerminalStyle {
  const isRich = output.isTerminal && !env['NO_COLOR'] && env['TERM'] !== 'dumb';
  const shown = (format: Format) => (text: string) =>
    isRich && text !== '' ? styleText(format, text, { validateStream: false }) : text;
  return {
    isRich,
    bold: shown('bold'),
    dim: shown('dim'),
    good: shown('green'),
    bad: shown('red'),
    busy: shown('cyan'),
    notable: shown('yellow'),
  };
}

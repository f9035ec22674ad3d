import { Command } from 'commander';
import type { CommandHost } from '../command-host.ts';
import { askReady } from '../doctor/ask-ready.ts';
import { examine, type Examination } from '../doctor/examine.ts';
import type { Finding, Health } from '../doctor/finding.ts';
import { EXIT_CODES, exitCodesHelp } from '../exit-codes.ts';
import { inline } from '../printable-text.ts';
import { DEFAULT_URL } from '../server-address.ts';
import type { ServeFlags } from '../serve-settings.ts';
import { styleFor, type TerminalStyle } from '../terminal-style.ts';
import { textTable } from '../text-table.ts';
import { withServeFlags } from '../serve-flags.ts';

const HELP = `
Examples:
  Before a server is started, with the flags that it will have:
    $ sluice doctor --config sluice.config.yaml

  What holds, and where it came from, for a program:
    $ sluice doctor --json

  Whether a server that runs is ready, as a container asks:
    $ sluice doctor --ready ${DEFAULT_URL}

It opens what a server would, and closes it again: the agents' module is imported, and a folder of runs is made if there
is none. With a server running, its port and its folder are taken.

${exitCodesHelp('ok', 'fault')}
  It is ${EXIT_CODES.fault} too if something is broken.
`;

interface DoctorFlags extends ServeFlags {
  readonly ready?: string | boolean | undefined;
  readonly json?: boolean | undefined;
}

/** `sluice doctor`: looks at everything a server needs, and says what to do about what is missing. */
export function doctorCommand(host: CommandHost): Command {
  return withServeFlags(
    new Command('doctor')
      .summary('look at settings, backend, port, keys and agents of a server')
      .description(
        'Looks at what sluice serve with the same flags needs, and says what is missing and what to do.',
      )
      .option('--ready [address]', `ask a server that runs instead, at /readyz (default: ${DEFAULT_URL})`)
      .option('--json', 'print settings and findings as one JSON document'),
  )
    .addHelpText('after', HELP)
    .action((flags: DoctorFlags) => doctor(flags, host));
}

async function doctor({ ready, json, ...flags }: DoctorFlags, host: CommandHost): Promise<void> {
  const address = ready === true ? DEFAULT_URL : ready;
  const examination: Examination =
    typeof address === 'string'
      ? { findings: [await askReady(address)], origins: [] }
      : await examine(flags, host);
  const isBroken = examination.findings.some(({ health }) => health === 'broken');
  if (isBroken) host.endWith(EXIT_CODES.fault);
  if (json) {
    const { findings, origins: settings } = examination;
    return host.output.write(`${JSON.stringify({ ok: !isBroken, settings, findings })}\n`);
  }
  await host.output.write(`${report(examination, styleFor(host.output, host.env)).join('\n')}\n`);
}

const WORDS: Readonly<Record<Health, string>> = { good: 'ok', notice: 'note', broken: 'BROKEN' };

function report({ findings, origins }: Examination, style: TerminalStyle): string[] {
  const tone: Readonly<Record<Health, (text: string) => string>> = {
    ...{ good: style.good, notice: style.notable, broken: style.bad },
  };
  const settings = textTable(
    [
      { title: 'SETTING', text: ({ key }) => key },
      { title: 'VALUE', text: ({ value }) => inline(value) },
      { title: 'FROM', text: ({ from }) => from },
    ],
    origins,
    style.dim,
  );
  const lines = findings.flatMap((finding: Finding) => {
    const word = WORDS[finding.health];
    const head = `${tone[finding.health](word)}${' '.repeat(7 - word.length)} ${finding.check}: ${finding.message}`;
    return finding.next === undefined ? [head] : [head, `        → ${finding.next}`];
  });
  return origins.length === 0 ? lines : [...settings, '', ...lines];
}

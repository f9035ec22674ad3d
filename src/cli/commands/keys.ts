import { resolve } from 'node:path';
import { Command } from 'commander';
import { asyncScheduler } from 'rxjs';
import { apiKeys, newApiKey, type ApiKey, type Scope } from '../../http/index.ts';
import { SluiceError } from '../../index.ts';
import type { CommandHost } from '../command-host.ts';
import { checkDuration } from '../duration-option.ts';
import { exitCodesHelp } from '../exit-codes.ts';
import { changeKeys, keyId, readKeys } from '../keys/key-file.ts';
import { inline } from '../printable-text.ts';
import { styleFor } from '../terminal-style.ts';
import { textTable } from '../text-table.ts';

const HELP = `
Examples:
  A key for a website, and the file that the server reads:
    $ KEY=$(sluice keys new --subject website --tenant acme --scope read,write --file keys.json)
    $ sluice serve --keys keys.json --host 0.0.0.0

  The same key for a command:
    $ SLUICE_API_KEY=$KEY sluice runs

  Whose keys there are, and one that shall not be any longer:
    $ sluice keys list --file keys.json
    $ sluice keys remove website --file keys.json

A server has changes within a second. The file holds hashes: a key that is lost cannot be shown again.

${exitCodesHelp('ok', 'usage')}
`;

const FILE = 'file of keys (env: SLUICE_KEYS)';

interface FileFlags {
  readonly file?: string | undefined;
  readonly json?: boolean | undefined;
}

interface NewFlags extends FileFlags {
  readonly subject: string;
  readonly tenant?: string | undefined;
  readonly scope?: string | undefined;
  readonly expires?: string | undefined;
}

/** `sluice keys`: makes keys for clients, and looks after the file that a server knows them by. */
export function keysCommand(host: CommandHost): Command {
  return new Command('keys')
    .summary('make, list and remove keys of clients')
    .description('Makes keys for clients, and looks after the file that sluice serve --keys knows them by.')
    .addCommand(
      new Command('new')
        .summary('make a key, and print it this once')
        .description(
          'Makes a key and prints it, this once. Without --file the entry for a server comes next.',
        )
        .requiredOption('--subject <name>', 'whose it is, for logs and audit')
        .option('--tenant <id>', 'whose runs it is for (default: default)')
        .option(
          '--scope <names>',
          'some of read, write, cancel, import, admin, with commas (default: read,write,cancel)',
        )
        .option('--expires <duration>', 'how long it holds, such as 90d (default: for ever)')
        .option('--file <keys.json>', 'adds the entry to this file, which is made if there is none')
        .option('--json', 'print key and entry as JSON')
        .action((flags: NewFlags) => create(flags, host)),
    )
    .addCommand(
      new Command('list')
        .summary('list the keys of a file')
        .description('Lists the keys of a file: whose they are, never what they are.')
        .option('--file <keys.json>', FILE)
        .option('--json', 'print entries as JSON, one a line')
        .action((flags: FileFlags) => list(flags, host)),
    )
    .addCommand(
      new Command('remove')
        .summary('remove a key from a file')
        .description(
          'Removes a key from a file. Its streams end when they are opened next; sessions at their end.',
        )
        .argument('<key>', 'its id, as list shows it, or its subject if that has one key alone')
        .option('--file <keys.json>', FILE)
        .option('--json', 'print the entry as JSON')
        .action((name: string, flags: FileFlags) => remove(name, flags, host)),
    )
    .addHelpText('after', HELP);
}

function create({ subject, tenant, scope, expires, file, json }: NewFlags, host: CommandHost): void {
  const { key, hash } = newApiKey();
  const lasts = expires === undefined ? undefined : checkDuration('--expires', expires);
  const entry: ApiKey = {
    hash,
    subject,
    ...(tenant !== undefined && { tenantId: tenant }),
    ...(scope !== undefined && { scopes: scope.split(',').map(name => name.trim()) as Scope[] }),
    ...(lasts !== undefined && { expiresAt: new Date(asyncScheduler.now() + lasts).toISOString() }),
  };
  check(entry);
  if (file !== undefined) changeKeys(resolve(host.cwd, file), keys => [...keys, entry]);
  if (json) return host.print(JSON.stringify({ key, entry }));
  host.print(file === undefined ? `${key}\n${JSON.stringify(entry)}` : key);
}

/** The same words as for a file, about flags. */
function check(entry: ApiKey): void {
  try {
    apiKeys([entry]);
  } catch (cause) {
    const flags = [
      ['tenantId', '--tenant'],
      ['scopes', '--scope'],
      ['subject', '--subject'],
      ['expiresAt', '--expires'],
    ] as const;
    const message = flags.reduce(
      (text, [name, flag]) => text.replace(`keys[0].${name}`, flag),
      (cause as Error).message,
    );
    throw new SluiceError('BAD_OPTION', message, { cause });
  }
}

function list(flags: FileFlags, host: CommandHost): Promise<void> {
  const keys = readKeys(fileOf(flags, host));
  if (flags.json)
    return host.output.write(keys.map(key => `${JSON.stringify({ id: keyId(key), ...key })}\n`).join(''));
  if (keys.length === 0) return host.output.write('No keys.\n');
  const now = asyncScheduler.now();
  const columns = [
    { title: 'ID', text: keyId },
    { title: 'SUBJECT', text: ({ subject }: ApiKey) => inline(subject) },
    { title: 'TENANT', text: ({ tenantId = 'default' }: ApiKey) => tenantId },
    { title: 'SCOPES', text: ({ scopes = ['read', 'write', 'cancel'] }: ApiKey) => scopes.join(',') },
    { title: 'EXPIRES', text: (key: ApiKey) => expiry(key, now) },
  ];
  const lines = textTable(columns, keys, styleFor(host.output, host.env).dim);
  return host.output.write(`${lines.join('\n')}\n`);
}

function expiry({ expiresAt }: ApiKey, now: number): string {
  if (expiresAt === undefined) return 'never';
  return Date.parse(expiresAt) <= now ? `${expiresAt} (over)` : expiresAt;
}

function remove(name: string, flags: FileFlags, host: CommandHost): void {
  const path = fileOf(flags, host);
  readKeys(path);
  let removed: ApiKey | undefined;
  changeKeys(path, keys => {
    removed = theOnly(name, keys);
    return keys.filter(key => key !== removed);
  });
  const { subject } = removed!;
  host.print(flags.json ? JSON.stringify(removed) : `Removed ${keyId(removed!)} of ${inline(subject)}.`);
}

function theOnly(name: string, keys: readonly ApiKey[]): ApiKey {
  const found = keys.filter(key => key.subject === name || keyId(key) === name || key.hash === name);
  if (found.length === 1) return found[0]!;
  const ids = found.map(keyId).join(', ');
  throw new SluiceError(
    'BAD_OPTION',
    found.length === 0
      ? `key: expected the id or the subject of one, got ${JSON.stringify(name.slice(0, 80))}. See what there is: sluice keys list`
      : `key: ${JSON.stringify(name.slice(0, 80))} has several. Say which by its id: ${ids}.`,
  );
}

function fileOf({ file }: FileFlags, { env, cwd }: CommandHost): string {
  const given = file ?? env['SLUICE_KEYS'];
  if (given) return resolve(cwd, given);
  throw new SluiceError('BAD_OPTION', '--file: expected a file of keys. Give it, or set SLUICE_KEYS.');
}

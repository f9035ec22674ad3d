import type { Command } from 'commander';
import { collected } from './repeated-flags.ts';
import { DEFAULTS } from './serve-settings.ts';

/** Adds the flags of `ServeFlags`. */
export function withServeFlags(command: Command): Command {
  return command
    .option(
      '--config <file>',
      'file of settings (default: sluice.config.yaml if it is there, env: SLUICE_CONFIG)',
    )
    .option(
      '-p, --port <number>',
      `port to listen on, 0 for any free one (default: ${DEFAULTS.port}, env: PORT)`,
    )
    .option('--host <address>', `address to listen on (default: ${DEFAULTS.host}, env: HOST)`)
    .option(
      '--allow-host <name>',
      'name that requests may be addressed to, such as that of a proxy, or any; repeatable (env: SLUICE_ALLOWED_HOSTS)',
      collected,
    )
    .option(
      '--keys <file>',
      'let in clients with these keys alone, made by sluice keys new (env: SLUICE_KEYS)',
    )
    .option(
      '--backend <name>',
      `where runs are kept: memory, file:DIR, redis://HOST:PORT, or redis for REDIS_URL (default: ${DEFAULTS.backend}, env: SLUICE_BACKEND)`,
    )
    .option(
      '--agents <module>',
      'module whose exports are agents: one by one, or as an array "agents" or default (env: SLUICE_AGENTS)',
    )
    .option('--demo', 'add the agents survey, echo, script and slow, and start a first run')
    .option(
      '--survey <folder>',
      'folder that the agent survey looks at (default: that of Sluice; needs --demo)',
    )
    .option(
      '--bridge <name>',
      'answer clients of another system, too: a2a (at /a2a), dockrion (at /dockrion), a2a-queue (at /events), ag-ui (at /agui), ai-sdk (at /api/chat); repeatable',
      collected,
    )
    .option(
      '--log <kind>',
      'one line for each request on standard error: off, text, json (default: off, env: SLUICE_LOG)',
    )
    .option(
      '--audit <file>',
      'file to which who started, cancelled, answered or erased, and who was refused, is added (env: SLUICE_AUDIT)',
    )
    .option(
      '--detect-secrets [rules]',
      'mask what looks like a secret, also where nobody told its value; by some rules alone: their names, separated by commas (env: SLUICE_DETECT_SECRETS)',
    )
    .option(
      '--limits-store <name>',
      'where the rates of tenants are counted: memory, redis for that of the backend or REDIS_URL, redis://HOST:PORT (default: memory, env: SLUICE_LIMITS_STORE)',
    )
    .option(
      '--cancel-on-stop',
      'cancel all runs when it is stopped, also those that another instance or the next process could go on with',
    );
}

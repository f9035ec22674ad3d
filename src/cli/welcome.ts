/** What is said when a server is up. */
export interface Welcome {
  readonly version: string;
  /** Where it listens, without a slash at the end. */
  readonly url: string;
  readonly agents: readonly string[];
  /** What runs are kept in; absent where memory is all there is. */
  readonly place?: string | undefined;
  /** The run that a demo server has started. */
  readonly demoRunId?: string | undefined;
  /** Whether clients need a credential. */
  readonly isGuarded?: boolean | undefined;
}

/** The lines a server prints when it is up. Pure. */
export function welcome({ version, url, agents, place, demoRunId, isGuarded = false }: Welcome): string {
  const demo = demoRunId === undefined ? [] : curlLines(url, demoRunId, isGuarded);
  return [
    '',
    `  Sluice ${version} is up. Open  ${url}`,
    '',
    agents.length > 0
      ? `  Agents: ${agents.join(', ')}`
      : '  It has no agents yet. Give it yours with --agents ./agents.mjs, or look around with --demo.',
    ...(isGuarded ? ['', '  Whoever asks it for something needs a key or a token.'] : []),
    ...demo,
    '',
    place === undefined
      ? '  Runs are kept in memory and are gone when the server stops. Ctrl-C stops it.'
      : `  Runs are kept in ${place}, also when the server stops. Ctrl-C stops it.`,
    '',
  ].join('\n');
}

function curlLines(url: string, runId: string, isGuarded: boolean): string[] {
  const body = `'{"input":{"text":"Every word of this is an event"}}'`;
  const key = isGuarded ? ` -H "Authorization: Bearer $SLUICE_API_KEY"` : '';
  return [
    '',
    '  A first run has started. Watch its events from another terminal:',
    '',
    `    curl -N ${url}/runs/${runId}/events${key}`,
    '',
    '  Start a run of your own and watch it:',
    '',
    `    curl -N ${url}/invoke/echo/stream${key} -H 'content-type: application/json' -d ${body}`,
    '',
    '  List the runs:',
    '',
    `    curl ${url}/runs${key}`,
  ];
}

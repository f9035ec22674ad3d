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
}

/** The lines a server prints when it is up. Pure. */
export function welcome({ version, url, agents, place, demoRunId }: Welcome): string {
  const demo = demoRunId === undefined ? [] : curlLines(url, demoRunId);
  return [
    '',
    `  Sluice ${version} is up. Open  ${url}`,
    '',
    agents.length > 0
      ? `  Agents: ${agents.join(', ')}`
      : '  It has no agents yet. Give it yours with --agents ./agents.mjs, or look around with --demo.',
    ...demo,
    '',
    place === undefined
      ? '  Runs are kept in memory and are gone when the server stops. Ctrl-C stops it.'
      : `  Runs are kept in ${place}, also when the server stops. Ctrl-C stops it.`,
    '',
  ].join('\n');
}

function curlLines(url: string, runId: string): string[] {
  const body = `'{"input":{"text":"Every word of this is an event"}}'`;
  return [
    '',
    '  A first run has started. Watch its events from another terminal:',
    '',
    `    curl -N ${url}/runs/${runId}/events`,
    '',
    '  Start a run of your own and watch it:',
    '',
    `    curl -N ${url}/invoke/echo/stream -H 'content-type: application/json' -d ${body}`,
    '',
    '  List the runs:',
    '',
    `    curl ${url}/runs`,
  ];
}

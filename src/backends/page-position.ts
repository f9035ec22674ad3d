import { SluiceError } from '../errors/sluice-error.ts';

/** A place in the order of runs: when a run was created, in milliseconds since the epoch, and its id. */
export interface PagePosition {
  readonly createdAt: number;
  readonly runId: string;
}

const PAGE = /^(0|[1-9][0-9]{0,15})-([A-Za-z0-9][A-Za-z0-9._-]{0,127})$/;

/** The token of the page behind a run. It means the same in every process, also when the run is gone. */
export function formatPage({ createdAt, runId }: PagePosition): string {
  return `${createdAt}-${runId}`;
}

/** Where a page begins: behind a run, or with the newest. Throws `BAD_REQUEST` for a token that is none of ours. */
export function parsePage(page: string | undefined): PagePosition | undefined {
  if (page === undefined) return undefined;
  const [, createdAt, runId] = PAGE.exec(page) ?? [];
  if (createdAt !== undefined && runId !== undefined) return { createdAt: Number(createdAt), runId };
  throw new SluiceError(
    'BAD_REQUEST',
    `page: expected the "next" of a former page, got ${JSON.stringify(page.slice(0, 50))}. ` +
      'Pass it unchanged, or leave it out to begin with the newest run.',
  );
}

import type { Ownership } from './outside.ts';

/** What may follow from the silence of a producer outside. */
export interface SilenceHost {
  /** Under which this process writes its run. */
  readonly fence: string | undefined;
  /** It talks to another process. */
  letGo(): void;
  /** It talks to nobody. */
  stop(): void;
  /** Nobody can tell yet. */
  again(): void;
}

/** Finds out whether a producer that is silent here talks to another process by now. Never rejects. */
export async function askAround(ownership: Ownership, host: SilenceHost): Promise<void> {
  try {
    const fence = await ownership.look();
    if (fence === undefined) host.letGo();
    else if (fence === host.fence) host.stop();
    else host.again();
  } catch {
    // The backend is away: nobody can tell who was heard where.
    host.again();
  }
}

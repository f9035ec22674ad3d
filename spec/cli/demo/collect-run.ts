import { createEngine, isNotice, type EngineOptions, type RunEvent } from '../../../src/index.ts';

/** Runs the agent of this name in an engine of its own: all its events. */
export async function collectRun(
  agents: NonNullable<EngineOptions['agents']>,
  name: string,
  input: unknown,
  onEvent: (event: RunEvent, cancel: () => void) => void = () => undefined,
): Promise<RunEvent[]> {
  const engine = createEngine({ agents, grace: 60_000 });
  try {
    const run = await engine.start(name, { input });
    const events: RunEvent[] = [];
    for await (const item of run) {
      if (isNotice(item)) continue;
      events.push(item);
      onEvent(item, () => void run.cancel('enough'));
    }
    return events;
  } finally {
    await engine.close();
  }
}

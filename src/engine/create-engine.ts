import type { AnyCustom, CustomEvents } from '../event/run-event.ts';
import { Engine } from './engine.ts';
import type { EngineOptions } from './options.ts';

/**
 * Makes an engine. Without options it keeps runs in memory, and works. Throws `BAD_OPTION`.
 *
 * ```ts
 * const engine = createEngine();
 * const run = await engine.start(async ctx => { ctx.token('Hello'); return 'done'; });
 * for await (const event of run) console.log(event);
 * ```
 */
export function createEngine<Custom extends CustomEvents = AnyCustom>(
  options?: EngineOptions<Custom>,
): Engine<Custom> {
  return new Engine(options);
}

import { SluiceError } from '../../errors/sluice-error.ts';
import { messageOf } from '../../errors/error-text.ts';
import type { KnownSecrets } from '../../secrets/known-secrets.ts';
import type { UnfinishedObserver } from '../observers/observers.ts';
import { SinkLoop, type SinkServices } from './sink-loop.ts';
import { resolveSink } from './sink-settings.ts';
import type { Sink, SinkHandle, SinkOptions } from './sink.ts';

/** The sinks of an engine. */
export class Sinks {
  readonly #services: Omit<SinkServices, 'report' | 'leave'>;
  readonly #secrets: KnownSecrets;
  readonly #loops = new Map<string, SinkLoop>();

  constructor(services: Omit<SinkServices, 'report' | 'leave'>, secrets: KnownSecrets) {
    this.#services = services;
    this.#secrets = secrets;
  }

  /** Throws `BAD_OPTION`, `BAD_FILTER`. */
  add(sink: Sink, options: SinkOptions): SinkHandle {
    const settings = resolveSink(sink, options);
    const { name, onError = this.#warnOnce(settings.name) } = settings;
    if (this.#loops.has(name)) {
      throw new SluiceError('BAD_OPTION', `sink: the name ${name} is taken; names are unique.`);
    }
    const report: SinkServices['report'] = (error, run) => {
      try {
        const later: unknown = onError(error, run);
        new Promise(resolve => resolve(later)).catch(() => undefined);
      } catch {
        // The last resort must not become the next failure.
      }
    };
    const leave = (loop: SinkLoop): void => {
      if (this.#loops.get(name) === loop) this.#loops.delete(name);
    };
    const loop = new SinkLoop(sink, settings, { ...this.#services, report, leave });
    this.#loops.set(name, loop);
    return loop;
  }

  get all(): readonly SinkHandle[] {
    return [...this.#loops.values()];
  }

  /** Ends all of them when they are done or have had `timeout` ms. Who was not done? */
  async close(timeout: number): Promise<readonly UnfinishedObserver[]> {
    const ends = await Promise.all(
      [...this.#loops.values()].map(async loop => ({
        ...{ id: loop.name, kind: 'sink', ...(await loop.close({ timeout })) },
      })),
    );
    return ends.filter(({ left }) => left > 0);
  }

  #warnOnce(name: string): NonNullable<SinkOptions['onError']> {
    let isWarned = false;
    return error => {
      if (isWarned) return;
      isWarned = true;
      const { process } = globalThis as { process?: { emitWarning?(text: string, type: string): void } };
      const text = this.#secrets.mask(messageOf(error).slice(0, 500));
      const advice = 'It is tried again until it succeeds. Pass onError to hear of all failures.';
      process?.emitWarning?.(`sink ${name} failed: ${text}. ${advice}`, 'SluiceWarning');
    };
  }
}

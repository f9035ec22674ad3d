import { resolveUrl } from './options.ts';
import { resolveProducerOptions, type ProducerOptions } from './producer-options.ts';
import { runIdOf } from './run-address.ts';
import { RemoteProducer, type RunProducer } from './run-producer.ts';

/**
 * Writes a run that has no agent: one that `client.open`, or anybody else, has opened. `url` is that of its events,
 * `/runs/{id}/events`; in a browser it may be relative. Nothing is sent inside of this call; the requests that follow
 * are repeated until they are answered. Throws `BAD_OPTION`.
 *
 * ```ts
 * const producer = produceRun(client.eventsUrl(runId), { headers });
 * await producer.emit({ type: 'token', data: { content: 'Hello' } });
 * await producer.complete();
 * ```
 */
export function produceRun(url: string | URL, options: ProducerOptions = {}): RunProducer {
  const settings = resolveProducerOptions(options);
  const address = resolveUrl(url);
  return new RemoteProducer(runIdOf(address), address, settings);
}

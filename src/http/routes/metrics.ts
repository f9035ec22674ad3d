import { SluiceError } from '../../errors/sluice-error.ts';
import { preferred } from '../accept.ts';
import type { Exchange } from '../exchange.ts';
import { engineFamilies } from '../metrics/engine-families.ts';
import { exposition, METRICS_TYPES } from '../metrics/exposition.ts';
import { processFamilies } from '../metrics/process-families.ts';
import { textReply, type Reply } from '../reply.ts';

/** How the server is doing, for Prometheus. No label has an id, so that its size does not grow with use. */
export async function showMetrics({ engine, meter, request, settings }: Exchange): Promise<Reply> {
  if (!settings.metrics) throw new SluiceError('NOT_FOUND', '"/metrics": there is nothing at this address.');
  const families = [...engineFamilies(engine.metrics()), ...(await meter.families()), ...processFamilies()];
  const type = preferred(request.header('accept'), ['text/plain', 'application/openmetrics-text']);
  const format = type === 'text/plain' ? 'prometheus' : 'openmetrics';
  return textReply(200, exposition(families, format), { 'content-type': METRICS_TYPES[format] });
}

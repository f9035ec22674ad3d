import type * as Api from '@opentelemetry/api';
import { SluiceError } from '../../errors/sluice-error.ts';

/** The optional peer. Rejects with `MISSING_PEER`. */
export async function loadApi(): Promise<typeof Api> {
  try {
    return await import('@opentelemetry/api');
  } catch (error) {
    throw new SluiceError(
      'MISSING_PEER',
      'traceRuns: expected the package @opentelemetry/api, which is not installed. Run: npm install @opentelemetry/api@1',
      { cause: error },
    );
  }
}

import { SluiceError } from '../../errors/sluice-error.ts';
import { isId } from '../../event/ids.ts';
import type { EventOf } from '../../event/run-event.ts';
import type { AgUiInterrupt } from './ag-ui-event.ts';

/** A question as an interrupt of AG-UI. */
export function interruptOf({ runId, data }: EventOf<'ask'>): AgUiInterrupt {
  const { askId, question, schema, expiresAt } = data;
  const asked = { id: `${runId}:${askId}`, reason: reasonOf(schema), message: question };
  const metadata = { sluice: { runId, askId } };
  // What one spread makes is of a kind that is quick to write; what two make is not.
  if (expiresAt === undefined)
    return schema ? { ...asked, responseSchema: schema, metadata } : { ...asked, metadata };
  return schema
    ? { ...asked, responseSchema: schema, expiresAt, metadata }
    : { ...asked, expiresAt, metadata };
}

/** Which question an interrupt is. Throws `BAD_REQUEST`. */
export function askOf(interruptId: string): { readonly runId: string; readonly askId: string } {
  const [runId = '', askId = '', ...more] = interruptId.split(':');
  if (isId(runId) && askId !== '' && more.length === 0) return { runId, askId };
  const shown = JSON.stringify(interruptId.slice(0, 200));
  throw new SluiceError(
    'BAD_REQUEST',
    `resume: interruptId: expected the id of an interrupt unchanged, got ${shown}.`,
  );
}

/** The words of AG-UI for what it expects of a client. */
function reasonOf(schema: EventOf<'ask'>['data']['schema']): string {
  if (!schema) return 'sluice:question';
  return schema['type'] === 'boolean' ? 'confirmation' : 'input_required';
}

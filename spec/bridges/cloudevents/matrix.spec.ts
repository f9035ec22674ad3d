import { afterAll, beforeAll, describe, jest } from '@jest/globals';
import { fromCloudEvent } from '../../../src/bridges/cloudevents/cloud-event.ts';
import { webhookSink } from '../../../src/bridges/cloudevents/webhook-sink.ts';
import { eachOnce, sinkMatrix } from '../sink-matrix.ts';
import { receiver, type Receiver } from './receiver.ts';

jest.setTimeout(60_000);

let hook: Receiver;
beforeAll(async () => {
  hook = await receiver();
});
afterAll(() => hook.close());

describe('matrix: CloudEvents webhook', () => {
  sinkMatrix(() => ({
    sink: () => webhookSink({ url: hook.url }),
    records: runId =>
      eachOnce(
        hook.taken
          .filter(({ subject }) => subject === runId)
          .map(event => ({ ...fromCloudEvent(event), id: event.id.slice(runId.length + 1) })),
      ),
  }));
});

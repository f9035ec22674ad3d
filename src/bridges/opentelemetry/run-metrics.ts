import type { Meter } from '@opentelemetry/api';
import type { Attributes } from './span-table.ts';

/** Buckets that the GenAI conventions advise. */
const SECONDS = [0.01, 0.02, 0.04, 0.08, 0.16, 0.32, 0.64, 1.28, 2.56, 5.12, 10.24, 20.48, 40.96, 81.92];
const TOKENS = [1, 4, 16, 64, 256, 1024, 4096, 16384, 65536, 262144, 1048576, 4194304, 16777216, 67108864];
/** Few values each; never an id. */
const DIMENSIONS = [
  'gen_ai.agent.name',
  'gen_ai.request.model',
  'gen_ai.tool.name',
  'gen_ai.workflow.name',
  'error.type',
];

/** Counts what has ended: `gen_ai.client.operation.duration` and `gen_ai.client.token.usage`. */
export function runMetrics(meter: Meter, provider: string) {
  const duration = meter.createHistogram('gen_ai.client.operation.duration', {
    ...{ unit: 's', description: 'How long runs, calls of models, tools and workflows took.' },
    advice: { explicitBucketBoundaries: SECONDS },
  });
  const tokens = meter.createHistogram('gen_ai.client.token.usage', {
    ...{ unit: '{token}', description: 'Tokens that calls of models used.' },
    advice: { explicitBucketBoundaries: TOKENS },
  });
  return (operation: string, seconds: number, attributes: Attributes, usage: Attributes): void => {
    const dimensions: Record<string, string> = {
      ...{ 'gen_ai.operation.name': operation, 'gen_ai.provider.name': provider },
    };
    for (const name of DIMENSIONS) {
      if (typeof attributes[name] === 'string') dimensions[name] = attributes[name];
    }
    duration.record(seconds, dimensions);
    // What a run used is what its calls used.
    if (operation !== 'chat') return;
    for (const kind of ['input', 'output']) {
      const count = usage[`gen_ai.usage.${kind}_tokens`];
      if (typeof count === 'number') tokens.record(count, { ...dimensions, 'gen_ai.token.type': kind });
    }
  };
}

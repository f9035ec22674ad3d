import { redisBackend } from '../../../src/backends/redis/redis-backend.ts';
import { createEngine } from '../../../src/engine/create-engine.ts';
import { said } from './a2a-client.ts';
import { call, sdkServer } from './sdk-server.ts';

// One of two instances: begins a task, says its id, and works on it until somebody kills it.
const [url = '', prefix = '', text = ''] = process.argv.slice(2);
const engine = createEngine({ backend: await redisBackend({ url, prefix, lease: 1_000, sweep: 200 }) });
for await (const { payload } of sdkServer(engine, 1_000).sendMessageStream(said(text), call())) {
  if (payload?.$case === 'task') console.log(`task ${payload.value.id}`);
}

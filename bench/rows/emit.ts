import { setMaxListeners } from 'node:events';
import { DefaultExecutionEventBus, type AgentExecutionEvent } from '@a2a-js/sdk/server';
import Emittery from 'emittery';
import { ReplaySubject } from 'rxjs';
import { createEngine, knownSecrets, type RunEvent } from '../../src/index.ts';
import { cpuPerOperation } from '../measure-cpu.ts';
import { prebuiltTokens } from '../prebuilt-tokens.ts';
import type { Row } from '../row.ts';
import { randomWords, tokenTexts } from '../sizes.ts';

const POOL = 1024;
let heard = 0;

/** From the call of the agent to the callbacks of so many subscribers. */
export function emitRow(subscribers: number, atMost: number): Row {
  return {
    name: `emit-${subscribers}`,
    what: `emit a token to ${subscribers} ${subscribers === 1 ? 'subscriber' : 'subscribers'}: checked, masked (100 secrets), gated, numbered, retained`,
    unit: 'ns',
    goal: { of: 'ratio', atMost },
    against: 'ReplaySubject(1000).next of a prebuilt event',
    base: () => replaySubject(subscribers),
    ours: () => sluice(subscribers),
    others: {
      'A2A DefaultExecutionEventBus.publish': () => a2aBus(subscribers),
      'emittery emit, awaited': () => emittery(subscribers),
    },
  };
}

async function sluice(subscribers: number): Promise<number> {
  const secrets = knownSecrets();
  randomWords(100, 16, 40).forEach((secret, at) => secrets.add(`KEY_${at}`, secret));
  const engine = createEngine({ secrets });
  const writer = await engine.open({ idle: Infinity });
  for (let i = 0; i < subscribers; i++)
    writer.run.subscribe(item => void (heard += 'seq' in item ? item.seq : 0));
  const texts = tokenTexts(POOL);
  return cpuPerOperation(times => {
    for (let i = 0; i < times; i++) writer.token(texts[i % POOL]!);
  });
}

function replaySubject(subscribers: number): Promise<number> {
  const subject = new ReplaySubject<RunEvent>(1_000);
  for (let i = 0; i < subscribers; i++) subject.subscribe(event => void (heard += event.seq));
  const events = prebuiltTokens(POOL);
  return cpuPerOperation(times => {
    for (let i = 0; i < times; i++) subject.next(events[i % POOL]!);
  });
}

function a2aBus(subscribers: number): Promise<number> {
  const bus = new DefaultExecutionEventBus();
  setMaxListeners(subscribers, bus);
  for (let i = 0; i < subscribers; i++)
    bus.on('event', event => void (heard += (event as unknown as RunEvent).seq));
  // The bus passes on whatever it is given, so that the same events serve.
  const events = prebuiltTokens(POOL) as unknown as readonly AgentExecutionEvent[];
  return cpuPerOperation(times => {
    for (let i = 0; i < times; i++) bus.publish(events[i % POOL]!);
  });
}

function emittery(subscribers: number): Promise<number> {
  const emitter = new Emittery<{ token: RunEvent }>();
  for (let i = 0; i < subscribers; i++) emitter.on('token', event => void (heard += event.seq));
  const events = prebuiltTokens(POOL);
  return cpuPerOperation(async times => {
    for (let i = 0; i < times; i++) await emitter.emit('token', events[i % POOL]!);
  });
}

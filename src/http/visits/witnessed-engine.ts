import type { Runs } from '../../engine/runs.ts';
import type { ServedEngine } from '../exchange.ts';
import type { AuditAction } from './audit-event.ts';

/** Told what is done to a run, once it is done. */
export type Witness = (action: AuditAction, runId: string) => void;

type Deeds = { readonly [Name in keyof Runs]?: (done: unknown) => AuditAction };

const DEEDS: Deeds = {
  cancel: () => 'cancel',
  answer: () => 'answer',
  delete: done => (done === 'erased' ? 'erase' : 'cancel'),
};

/** The engine for one request, whatever route or bridge answers it: somebody looks on. */
export function witnessedEngine(engine: ServedEngine, witness: Witness): ServedEngine {
  const runs = witnessedRuns(engine.runs, witness);
  return {
    runs,
    events: engine.events,
    agentInfos: engine.agentInfos,
    get customTypes() {
      return engine.customTypes;
    },
    largestBatch: engine.largestBatch,
    secrets: engine.secrets,
    notes: engine.notes,
    checkReady: () => engine.checkReady(),
    metrics: () => engine.metrics(),
    append: (runId, events, options) => engine.append(runId, events, options),
    async start(agent, options) {
      const run = await engine.start(agent, options);
      witness('start', run.id);
      return run;
    },
    async open(options) {
      const opened = await engine.open(options);
      witness('start', opened.run.id);
      return opened;
    },
  };
}

/** A class with private parts cannot be copied. */
function witnessedRuns(runs: Runs, witness: Witness): Runs {
  return new Proxy(runs, {
    get(target, name) {
      const member: unknown = Reflect.get(target, name, target);
      if (typeof member !== 'function') return member;
      const deed = DEEDS[name as keyof Runs];
      const call = member as (...args: unknown[]) => unknown;
      if (!deed) return call.bind(target);
      return async (...args: unknown[]) => {
        const done = await call.apply(target, args);
        witness(deed(done), String(args[0]));
        return done;
      };
    },
  });
}

import { contractRoutes } from './contracts/contract-routes.ts';
import {
  administering,
  cancelling,
  greeting,
  reading,
  subscribing,
  unguarded,
  writing,
} from './guarded-route.ts';
import type { Routes } from './route-table.ts';
import { appendEvents } from './routes/append-events.ts';
import { health, listAgents, ready, showPage } from './routes/about.ts';
import { answerRun, cancelRun } from './routes/control-run.ts';
import { createSession, createTicket, endSession, showSession } from './routes/grants.ts';
import { invoke, invokeStream } from './routes/invoke.ts';
import { manyEvents } from './routes/many-events.ts';
import { openSocket } from './routes/open-socket.ts';
import { showMetrics } from './routes/metrics.ts';
import { runEvents } from './routes/run-events.ts';
import {
  countRuns,
  createRun,
  deleteRun,
  listRuns,
  runCheckpoints,
  runOffset,
  runState,
  showRun,
} from './routes/runs.ts';

const SERVED: Routes = {
  '/': { GET: unguarded(showPage) },
  '/healthz': { GET: unguarded(health) },
  '/readyz': { GET: unguarded(ready) },
  '/metrics': { GET: administering(showMetrics) },
  '/agents': { GET: reading(listAgents) },
  '/invoke': { POST: writing(invoke) },
  '/invoke/stream': { POST: writing(invokeStream) },
  '/invoke/{agent}': { POST: writing(invoke) },
  '/invoke/{agent}/stream': { POST: writing(invokeStream) },
  '/runs': { GET: reading(listRuns), POST: writing(createRun) },
  '/runs/{id}': { GET: reading(showRun), DELETE: cancelling(deleteRun) },
  '/runs/{id}/events': { GET: reading(runEvents), POST: writing(appendEvents) },
  '/runs/{id}/state': { GET: reading(runState) },
  '/runs/{id}/offset': { GET: reading(runOffset) },
  '/runs/{id}/checkpoints': { GET: reading(runCheckpoints) },
  '/runs/{id}/cancel': { POST: cancelling(cancelRun) },
  '/runs/{id}/answers': { POST: writing(answerRun) },
  '/stats': { GET: reading(countRuns) },
  '/tickets': { POST: reading(createTicket) },
  '/session': {
    GET: greeting(showSession),
    POST: reading(createSession),
    DELETE: unguarded(endSession),
  },
  '/events': { GET: reading(manyEvents) },
  '/ws': { GET: subscribing(openSocket) },
};

/** All addresses of a server, and what each asks of a credential. */
export const ROUTES: Routes = { ...SERVED, ...contractRoutes(SERVED) };

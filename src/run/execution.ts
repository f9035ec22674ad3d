import type { ExecutionContext } from '../control/execution-context.ts';
import type { JudgeHost } from '../control/statement-judge.ts';
import { checkData } from '../event/check-data.ts';
import { checkSize, intakeData } from '../event/intake.ts';
import type { JsonObject } from '../event/json.ts';
import { utf8Length } from '../event/utf8-length.ts';
import { maskValue } from '../secrets/mask-value.ts';
import type { RunParts } from './run-parts.ts';
import { timeIn } from './run-time.ts';
import { vetoed, type Stop } from './stop.ts';

/** What policies may know and do of a run. */
interface JudgedRun {
  readonly parts: RunParts;
  readonly signal: AbortSignal;
  readonly execution: ExecutionContext;
  requestStop(stop: Stop): void;
}

/** What policies are told of a run. Its metadata is masked: no policy sees a secret there. */
export function executionOf(run: Pick<JudgedRun, 'parts' | 'signal'>): ExecutionContext {
  const { identity, services } = run.parts;
  const { runId, tenantId, threadId } = identity;
  const metadata = maskValue(identity.metadata, services.secrets).value as JsonObject | undefined;
  return {
    ...{ runId, tenantId, threadId, attempt: 1, metadata },
    // Made when somebody asks for it: most policies never do.
    get signal() {
      return run.signal;
    },
  };
}

/** What judging the statements of a run takes. */
export function judgingOf(run: JudgedRun): JudgeHost {
  const { services, settings } = run.parts;
  return {
    context: run.execution,
    secrets: services.secrets,
    now: () => timeIn(run.parts),
    intake(type, value) {
      const taken = intakeData(value, type, settings.eventBytes);
      checkData(type, taken.data, settings.events);
      checkSize(taken.size, settings.eventBytes, () => utf8Length(JSON.stringify(taken.data)) + 512, type);
      return taken;
    },
    veto: error => run.requestStop(vetoed(error)),
  };
}

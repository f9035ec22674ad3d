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
  readonly stopping: { readonly signal: AbortSignal; request(stop: Stop): void };
}

/** What policies are told of a run. Its metadata is masked: no policy sees a secret there. */
function executionOf(run: JudgedRun): ExecutionContext {
  const { identity, services } = run.parts;
  const { runId, tenantId, threadId } = identity;
  const metadata = maskValue(identity.metadata, services.secrets).value as JsonObject | undefined;
  return {
    ...{ runId, tenantId, threadId, attempt: 1, metadata },
    // Made when somebody asks for it: most policies never do.
    get signal() {
      return run.stopping.signal;
    },
  };
}

/** What judging the statements of a run takes. */
export function judgingOf(run: JudgedRun): JudgeHost {
  const { services, settings } = run.parts;
  return {
    context: executionOf(run),
    secrets: services.secrets,
    now: () => timeIn(run.parts),
    intake(type, value) {
      const taken = intakeData(value, type, settings.eventBytes);
      checkData(type, taken.data, settings.events);
      checkSize(taken.size, settings.eventBytes, () => utf8Length(JSON.stringify(taken.data)) + 512, type);
      return taken;
    },
    veto: error => run.stopping.request(vetoed(error)),
  };
}

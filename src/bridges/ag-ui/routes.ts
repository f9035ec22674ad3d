import { isSluiceError, SluiceError } from '../../errors/sluice-error.ts';
import { agentInput, type ChatInput } from '../agent-input.ts';
import { answerQuestion, findQuestion } from '../answer-question.ts';
import type { Bridge, BridgeBody, BridgeRequest, BridgeTelling } from '../bridge.ts';
import { checkedBody } from '../checked-body.ts';
import { chosenAgent } from '../chosen-agent.ts';
import type { AgUiRunOptions } from './ag-ui-stream.ts';
import { agUiTeller } from './ag-ui-teller.ts';
import { askOf } from './interrupt.ts';
import { newestText, RunInput, type CheckedRunInput } from './run-input.ts';

/** What the routes of one mounted bridge know. */
export interface AgUiRules {
  readonly agent: string | undefined;
  readonly input: ChatInput<CheckedRunInput>;
  readonly filter: string | undefined;
  readonly onDisconnect: 'detach' | 'cancel';
}

/** The addresses of AG-UI. */
export function agUiRoutes(rules: AgUiRules): Bridge['routes'] {
  return {
    '': { POST: request => run(request, rules) },
    '/{run_id}': { GET: request => rejoin(request, rules), DELETE: { route: cancel, scope: 'cancel' } },
    '/{run_id}/cancel': { POST: { route: cancel, scope: 'cancel' } },
  };
}

/** Starts a run and streams it on the same connection, or answers what interrupted one and goes on with it. */
async function run(request: BridgeRequest, rules: AgUiRules): Promise<BridgeTelling> {
  const input = await checkedBody(request, RunInput);
  if (input.resume && input.resume.length > 0) return resume(request, rules, input);
  const { engine, tenantId } = request;
  const { threadId, runId, parentRunId } = input;
  const agent = chosenAgent(request, { bridge: 'agUi', agent: rules.agent });
  const { id } = await engine.start(agent, {
    ...{ id: runId, threadId, tenantId },
    input: agentInput(request, input, { input: rules.input, agent, text: newestText }),
    // A client that lost the answer sends the same again, and finds its run.
    idempotencyKey: `ag-ui ${runId}`,
  });
  return telling(request, rules, { runId: id, after: 'start', as: { threadId, runId, parentRunId } });
}

/** What comes behind the questions that were answered, whoever answered them. */
async function resume(
  request: BridgeRequest,
  rules: AgUiRules,
  { threadId, runId: newRunId, parentRunId, resume: entries = [] }: CheckedRunInput,
): Promise<BridgeTelling> {
  const { engine, tenantId } = request;
  const answers = entries.map(({ interruptId, ...entry }) => ({ ...askOf(interruptId), ...entry }));
  const { runId } = answers[0]!;
  if (answers.some(answer => answer.runId !== runId)) {
    throw new SluiceError('BAD_REQUEST', 'resume: expected the interrupts of one run, got those of several.');
  }
  const record = await engine.runs.get(runId, { tenantId });
  const questions = await Promise.all(
    answers.map(({ askId }) => findQuestion(engine, { runId, tenantId, askId })),
  );
  const last = questions.reduce((a, b) => (a && b && a.seq > b.seq ? a : b));
  if (record.threadId !== threadId || !last || questions.includes(undefined)) {
    throw new SluiceError(
      'ASK_NOT_FOUND',
      `resume: thread ${threadId} was not interrupted so. Pass the ids of its interrupts unchanged.`,
    );
  }
  // To dismiss a question is to stop its run.
  if (answers.some(({ status }) => status !== 'resolved')) request.require('cancel');
  for (const { askId, status, payload = null } of answers) {
    if (status === 'resolved') await answerQuestion(engine, { runId, tenantId, askId, value: payload });
    else await dismiss(request, runId);
  }
  const as = { threadId, runId: newRunId, parentRunId };
  return telling(request, rules, { runId, after: last.cursor, as });
}

/** Nobody is going to answer, so that the run cannot go on. */
async function dismiss({ engine, tenantId }: BridgeRequest, runId: string): Promise<void> {
  try {
    await engine.runs.cancel(runId, { tenantId, reason: 'The question was dismissed.' });
  } catch (error) {
    if (!isSluiceError(error, 'RUN_ENDED')) throw error;
  }
}

/** A run from a place on: from its beginning, unless the client says where it stands. */
async function rejoin(request: BridgeRequest, rules: AgUiRules): Promise<BridgeTelling> {
  const { engine, tenantId, params, header, query } = request;
  const { runId, threadId } = await engine.runs.get(params['run_id']!, { tenantId });
  const after = header('last-event-id') || query.get('after') || 'start';
  // Who only reads does not stop the run by leaving.
  return telling(request, { ...rules, onDisconnect: 'detach' }, { runId, after, as: { threadId, runId } });
}

async function cancel({ engine, tenantId, params }: BridgeRequest): Promise<BridgeBody> {
  const runId = params['run_id']!;
  const done = await engine.runs.cancel(runId, { tenantId });
  const { status } = await engine.runs.get(runId, { tenantId });
  return { status: done === 'requested' ? 202 : 200, body: { runId, status } };
}

function telling(
  { engine, tenantId, base }: BridgeRequest,
  { filter, onDisconnect }: AgUiRules,
  { runId, after, as }: { readonly runId: string; readonly after: string; readonly as: AgUiRunOptions },
): BridgeTelling {
  return {
    telling: { runId, after, filter, teller: agUiTeller(as) },
    headers: { location: `${base}/${runId}` },
    ...(onDisconnect === 'cancel' && {
      onDisconnect: () => void engine.runs.cancel(runId, { tenantId }).catch(() => undefined),
    }),
  };
}

import { isSluiceError } from '../../errors/sluice-error.ts';
import { parsePosition } from '../../event/cursor.ts';
import { agentInput, type ChatInput } from '../agent-input.ts';
import { answerQuestion, findQuestion } from '../answer-question.ts';
import type { Bridge, BridgeBody, BridgeRequest, BridgeTelling, BridgedRun } from '../bridge.ts';
import { checkedBody } from '../checked-body.ts';
import { chosenAgent } from '../chosen-agent.ts';
import { tellerPlace } from '../teller.ts';
import { ChatBody, newestChatText, settledQuestions, type CheckedChat } from './chat-request.ts';
import { chatTeller } from './chat-teller.ts';

/** What the routes of one mounted bridge know. */
export interface ChatRules {
  readonly agent: string | undefined;
  readonly input: ChatInput<CheckedChat>;
  readonly filter: string | undefined;
  readonly dynamicTools: boolean;
}

const HEADERS = { 'x-vercel-ai-ui-message-stream': 'v1' };
const ACTIVE = ['accepted', 'running', 'waiting'] as const;
const NOTHING: BridgeBody = { status: 204, body: undefined };
/** Runs of a chat among which the one is looked for that a client was reading. */
const MOST_RUNS = 20;

/** The addresses of a chat of the AI SDK. */
export function chatRoutes(rules: ChatRules): Bridge['routes'] {
  return {
    '': { POST: request => chat(request, rules) },
    '/{chat_id}/stream': {
      GET: request => rejoin(request, rules),
      DELETE: { route: stop, scope: 'cancel' },
    },
    '/{chat_id}/stop': { POST: { route: stop, scope: 'cancel' } },
  };
}

/** Answers a message with a run, or goes on with the one whose question was answered. */
async function chat(request: BridgeRequest, rules: ChatRules): Promise<BridgeTelling> {
  const body = await checkedBody(request, ChatBody);
  const resumed = await resume(request, body);
  if (resumed) return telling(rules, resumed.runId, resumed.after);
  const { engine, tenantId } = request;
  const agent = chosenAgent(request, { bridge: 'aiSdkChat', agent: rules.agent });
  const { id } = await engine.start(agent, {
    ...{ threadId: body.id, tenantId },
    input: agentInput(request, body, { input: rules.input, agent, text: newestChatText }),
  });
  return telling(rules, id, 'start');
}

/** Tells the run what the client answered, and where it goes on; `undefined` if nothing was asked. */
async function resume(
  request: BridgeRequest,
  body: CheckedChat,
): Promise<{ readonly runId: string; readonly after: string } | undefined> {
  const { engine, tenantId } = request;
  const { runId, settled } = settledQuestions(body);
  if (settled.length === 0) return undefined;
  const run = await found(engine.runs.get(runId, { tenantId }));
  if (run?.threadId !== body.id) return undefined;
  // To dismiss a question is to stop its run.
  if (settled.some(({ isDismissed }) => isDismissed)) request.require('cancel');
  let last: { readonly seq: number; readonly cursor: string } | undefined;
  for (const { askId, value, isDismissed } of settled) {
    const question = await findQuestion(engine, { runId, tenantId, askId });
    if (!question) continue;
    if (!last || question.seq > last.seq) last = question;
    if (isDismissed) await cancelRun({ engine, tenantId }, runId, 'The question was dismissed.');
    else await answerQuestion(engine, { runId, tenantId, askId, value });
  }
  return last && { runId, after: last.cursor };
}

/** The run that is active in a chat: from its beginning, or from where the client says that it stands. */
async function rejoin(request: BridgeRequest, rules: ChatRules): Promise<BridgeTelling | BridgeBody> {
  const { header, query } = request;
  const after = header('last-event-id') || query.get('after') || 'start';
  const at = parsePosition(tellerPlace(after).after);
  const epoch = typeof at === 'object' && 'epoch' in at ? at.epoch : undefined;
  const runs = await runsOf(request, epoch === undefined ? ACTIVE : undefined);
  const run = runs.find(known => epoch === undefined || known.epoch === epoch);
  return run ? telling(rules, run.runId, after) : NOTHING;
}

async function stop(request: BridgeRequest): Promise<BridgeBody> {
  const runs = await runsOf(request, ACTIVE);
  for (const { runId } of runs) await cancelRun(request, runId, 'Stopped by the user.');
  if (runs.length === 0) return NOTHING;
  return { status: 202, body: { runIds: runs.map(({ runId }) => runId) } };
}

/** Newest first. */
async function runsOf(
  { engine, tenantId, params }: BridgeRequest,
  status: typeof ACTIVE | undefined,
): Promise<readonly BridgedRun[]> {
  const threadId = params['chat_id']!;
  const { runs } = await engine.runs.list({
    ...{ tenantId, threadId, limit: MOST_RUNS },
    ...(status && { status }),
  });
  return runs;
}

async function cancelRun(
  { engine, tenantId }: Pick<BridgeRequest, 'engine' | 'tenantId'>,
  runId: string,
  reason: string,
): Promise<void> {
  try {
    await engine.runs.cancel(runId, { tenantId, reason });
  } catch (error) {
    if (!isSluiceError(error, 'RUN_ENDED') && !isSluiceError(error, 'RUN_NOT_FOUND')) throw error;
  }
}

async function found(run: Promise<BridgedRun>): Promise<BridgedRun | undefined> {
  try {
    return await run;
  } catch (error) {
    if (isSluiceError(error, 'RUN_NOT_FOUND')) return undefined;
    throw error;
  }
}

function telling({ filter, dynamicTools }: ChatRules, runId: string, after: string): BridgeTelling {
  const teller = chatTeller({ messageId: runId, dynamicTools });
  return { telling: { runId, after, filter, teller }, headers: HEADERS };
}

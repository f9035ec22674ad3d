import { createHash } from 'node:crypto';
import type * as z from 'zod';
import { isSluiceError } from '../../errors/sluice-error.ts';
import type { JsonObject } from '../../event/json.ts';
import type { BridgedRun, BridgeRequest } from '../bridge.ts';
import { agentCard, servedAgent, type CardRules } from './agent-card.ts';
import { EXTENSION } from './event-table.ts';
import { listedTasks } from './list-tasks.ts';
import { answerOf, inputOf } from './message-input.ts';
import { settled } from './outcome.ts';
import { checkParams, PARAMS, taskId } from './params.ts';
import type { PushNotifications } from './push/push-notifications.ts';
import { refuse } from './refusal.ts';
import { contextOf, withHistory, type Tasks } from './tasks.ts';
import type { A2aMessage, A2aTask } from './wire.ts';

/** What the operations of one mounted bridge know. */
export interface A2aRules {
  readonly card: CardRules;
  readonly tasks: Tasks;
  readonly push: PushNotifications;
}

/** An operation's result, or a task whose updates are to be streamed from a place on. */
export type Done = { readonly result: unknown } | { readonly watch: Watch };

export interface Watch {
  readonly run: BridgedRun;
  /** As `?after=` has it. */
  readonly after: string;
}

export interface Operation {
  /** What it asks of a credential. */
  readonly scope: 'read' | 'write' | 'cancel';
  readonly run: (request: BridgeRequest, rules: A2aRules, params: unknown) => Promise<Done>;
}

type Sent = z.output<(typeof PARAMS)['send']>;

/** The operations of A2A 1.0, by their names in JSON-RPC. */
export const OPERATIONS: Readonly<Record<string, Operation>> = {
  SendMessage: { scope: 'write', run: sendMessage },
  SendStreamingMessage: { scope: 'write', run: streamMessage },
  GetTask: { scope: 'read', run: getTask },
  ListTasks: { scope: 'read', run: listTasks },
  CancelTask: { scope: 'cancel', run: cancelTask },
  SubscribeToTask: { scope: 'read', run: subscribe },
  CreateTaskPushNotificationConfig: { scope: 'write', run: setPush },
  GetTaskPushNotificationConfig: { scope: 'read', run: getPush },
  ListTaskPushNotificationConfigs: { scope: 'read', run: listPush },
  DeleteTaskPushNotificationConfig: { scope: 'write', run: deletePush },
  GetExtendedAgentCard: { scope: 'read', run: extendedCard },
};

async function sendMessage(request: BridgeRequest, rules: A2aRules, params: unknown): Promise<Done> {
  const sent = checkParams(PARAMS.send, params);
  const { run, after } = await accepted(request, rules, sent);
  const { returnImmediately, historyLength } = sent.configuration ?? {};
  if (returnImmediately !== true) await settled(request, run.runId, after);
  return { result: { task: withHistory(await taskNow(request, rules, run.runId), historyLength) } };
}

async function streamMessage(request: BridgeRequest, rules: A2aRules, params: unknown): Promise<Done> {
  return { watch: await accepted(request, rules, checkParams(PARAMS.send, params)) };
}

async function getTask(request: BridgeRequest, rules: A2aRules, params: unknown): Promise<Done> {
  const { id, tenant, historyLength } = checkParams(PARAMS.get, params);
  const run = await runOf(request, id, tenant);
  return { result: withHistory((await rules.tasks.get(request.engine, run)).task(), historyLength) };
}

async function listTasks(request: BridgeRequest, rules: A2aRules, params: unknown): Promise<Done> {
  const { tenant, ...asked } = checkParams(PARAMS.list, params);
  return {
    result: await listedTasks(request, rules.tasks, { ...asked, isOwn: isOwn(tenant, request.tenantId) }),
  };
}

async function cancelTask(request: BridgeRequest, rules: A2aRules, params: unknown): Promise<Done> {
  const { id, tenant, metadata } = checkParams(PARAMS.cancel, params);
  const { engine, tenantId } = request;
  const run = await runOf(request, id, tenant);
  const notCancelable = () => refuse('TASK_NOT_CANCELABLE', `task ${id} has ended (${run.status}).`, id);
  if (run.endedAt !== undefined) throw notCancelable();
  const { cursor } = await engine.events.tip(id, { tenantId });
  const reason = typeof metadata?.['reason'] === 'string' ? metadata['reason'].slice(0, 16_384) : undefined;
  try {
    await engine.runs.cancel(id, { tenantId, reason });
  } catch (error) {
    throw isSluiceError(error, 'RUN_ENDED') ? notCancelable() : error;
  }
  await settled(request, id, cursor);
  return { result: await taskNow(request, rules, id) };
}

/** From now on, or from where a client was before: `Last-Event-ID`, or the cursor in the metadata of the request. */
async function subscribe(request: BridgeRequest, _rules: A2aRules, params: unknown): Promise<Done> {
  const { id, tenant, metadata } = checkParams(PARAMS.subscribe, params);
  const { engine, tenantId, header, query } = request;
  const run = await runOf(request, id, tenant);
  const carried = metadata?.[EXTENSION] as JsonObject | undefined;
  const named = header('last-event-id') || query.get('after') || carried?.['cursor'];
  const after = typeof named === 'string' ? named : undefined;
  if (run.endedAt !== undefined) {
    const { cursor } = await engine.events.tip(id, { tenantId });
    if (after === undefined || after === cursor) {
      throw refuse('UNSUPPORTED_OPERATION', `task ${id} has ended (${run.status}); get it instead.`, id);
    }
  }
  return { watch: { run, after: after ?? 'now' } };
}

async function setPush(request: BridgeRequest, rules: A2aRules, params: unknown): Promise<Done> {
  const { tenant, ...config } = checkParams(PARAMS.setPush, params);
  const run = await runOf(request, config.taskId, tenant);
  return { result: await rules.push.set(request, run, config) };
}

async function getPush(request: BridgeRequest, rules: A2aRules, params: unknown): Promise<Done> {
  const { tenant, taskId: id, id: configId } = checkParams(PARAMS.onePush, params);
  const run = await runOf(request, id, tenant);
  return { result: await rules.push.get(request, run, configId) };
}

async function listPush(request: BridgeRequest, rules: A2aRules, params: unknown): Promise<Done> {
  const { tenant, taskId: id } = checkParams(PARAMS.listPush, params);
  const configs = await rules.push.list(request, await runOf(request, id, tenant));
  return { result: { configs, nextPageToken: '' } };
}

async function deletePush(request: BridgeRequest, rules: A2aRules, params: unknown): Promise<Done> {
  const { tenant, taskId: id, id: configId } = checkParams(PARAMS.onePush, params);
  await rules.push.delete(request, await runOf(request, id, tenant), configId);
  return { result: {} };
}

async function extendedCard(request: BridgeRequest, { card }: A2aRules, params: unknown): Promise<Done> {
  const { tenant } = checkParams(PARAMS.card, params);
  const extended = isOwn(tenant, request.tenantId) ? await card.extendedCard?.(request.tenantId) : undefined;
  if (extended) return { result: { ...agentCard(request, card), ...extended } };
  throw refuse('EXTENDED_AGENT_CARD_NOT_CONFIGURED', 'There is no extended agent card here.');
}

/** A message begins a task, or answers the question that one waits with. */
async function accepted(request: BridgeRequest, rules: A2aRules, sent: Sent): Promise<Watch> {
  const { message } = sent;
  if (!isOwn(sent.tenant, request.tenantId))
    throw refuse('INVALID_PARAMS', 'tenant: there is no such tenant.');
  // Before anything is done: a message that is refused is one that was not carried out.
  await rules.push.checkFirst(request, sent.configuration?.taskPushNotificationConfig);
  const watch = message.taskId
    ? await answered(request, rules, message, message.taskId)
    : await started(request, rules, sent);
  const config = sent.configuration?.taskPushNotificationConfig;
  if (config) await rules.push.set(request, watch.run, { ...config, taskId: watch.run.runId }, watch.after);
  return watch;
}

async function started(request: BridgeRequest, rules: A2aRules, sent: Sent): Promise<Watch> {
  const { engine, tenantId } = request;
  const { message } = sent;
  const agent = servedAgent(request, rules.card, message.metadata ?? sent.metadata);
  // The same message is the same task: a client that did not get its answer may send it again.
  const key = createHash('sha256').update(message.messageId).digest('hex');
  const threadId = message.contextId || `ctx-${key.slice(0, 32)}`;
  const { id } = await engine.start(agent.name, {
    input: inputOf(message, agent.inputSchema),
    ...{ tenantId, threadId },
    metadata: { [EXTENSION]: { message: { ...message, contextId: threadId } as unknown as JsonObject } },
    idempotencyKey: `a2a:${key}`,
  });
  return { run: await engine.runs.get(id, { tenantId }), after: 'start' };
}

async function answered(
  request: BridgeRequest,
  { tasks }: A2aRules,
  message: A2aMessage,
  id: string,
): Promise<Watch> {
  const { engine, tenantId } = request;
  const run = await runOf(request, id, undefined);
  if (message.contextId && message.contextId !== contextOf(run)) {
    throw refuse('INVALID_PARAMS', `contextId: task ${id} belongs to another context.`, id);
  }
  if (run.endedAt !== undefined) {
    throw refuse('UNSUPPORTED_OPERATION', `task ${id} has ended (${run.status}) and takes no messages.`, id);
  }
  const fold = await tasks.get(engine, run);
  const named = (message.metadata?.[EXTENSION] as JsonObject | undefined)?.['askId'];
  const { asks, cursor = 'start' } = fold;
  const ask = named === undefined ? asks[0] : asks.find(({ askId }) => askId === named);
  if (!ask) {
    throw refuse('UNSUPPORTED_OPERATION', `task ${id} waits for no answer: it has no open question.`, id);
  }
  await engine.runs.answer(id, ask.askId, { tenantId, value: answerOf(message, ask.schema) });
  return { run, after: cursor };
}

async function runOf(
  { engine, tenantId }: BridgeRequest,
  id: string,
  tenant: string | undefined,
): Promise<BridgedRun> {
  const named = taskId(id);
  if (isOwn(tenant, tenantId)) return engine.runs.get(named, { tenantId });
  throw refuse('TASK_NOT_FOUND', `task ${JSON.stringify(id)} does not exist, or is not kept any longer.`);
}

/** Whose tasks there are says the credential: who names another tenant finds none. */
function isOwn(tenant: string | undefined, tenantId: string): boolean {
  return (tenant || tenantId) === tenantId;
}

async function taskNow(request: BridgeRequest, { tasks }: A2aRules, id: string): Promise<A2aTask> {
  const { engine, tenantId } = request;
  return (await tasks.get(engine, await engine.runs.get(id, { tenantId }))).task();
}

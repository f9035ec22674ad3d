export { type ErrorCode } from './errors/codes.ts';
export { isSluiceError, SluiceError } from './errors/sluice-error.ts';
export { type Cursor, formatCursor, parseCursor } from './event/cursor.ts';
export { defineEvents, type EventDefinitions } from './event/define-events.ts';
export { eventJsonSchema } from './event/event-schema.ts';
export { EVENT_TYPES } from './event/event-types.ts';
export { type FilterSpec } from './event/filter.ts';
export { type Json, type JsonObject } from './event/json.ts';
export { type GapNotice, isNotice, type Notice, type ResetNotice } from './event/notice.ts';
export { type Outcome } from './event/proposal.ts';
export {
  type AnyCustom,
  type CustomEvents,
  type EventData,
  type EventSource,
  type EventType,
  type RunEvent,
  type RunStatus,
} from './event/run-event.ts';
export { EVENT_SCHEMAS } from './event/schemas.ts';
export { type Backend, type RunPage, type RunRecord } from './backends/backend.ts';
export { createGate } from './control/create-gate.ts';
export { type AskPerson, type ExecutionContext, type Matter } from './control/execution-context.ts';
export { type Gate, type GateDecision, type GateOptions, type PolicyStatus } from './control/gate.ts';
export { gated, type GatedOptions } from './control/gated.ts';
export { type PolicyErrorListener } from './control/guard.ts';
export { allowTypes, type AllowTypesOptions } from './control/policies/allow-types.ts';
export { approval, type ApprovalOptions } from './control/policies/approval.ts';
export { budget, type BudgetOptions } from './control/policies/budget.ts';
export { circuitBreaker, type CircuitBreakerOptions } from './control/policies/circuit-breaker.ts';
export { concurrencyLimit, type ConcurrencyLimitOptions } from './control/policies/concurrency-limit.ts';
export { contentRule, type ContentRuleOptions } from './control/policies/content-rule.ts';
export { type ErrorClass, type FailureChoice } from './control/policies/failure-choice.ts';
export { fallbackValue, type FallbackValueOptions } from './control/policies/fallback-value.ts';
export { httpPolicy, type HttpPolicyCache, type HttpPolicyOptions } from './control/policies/http-policy.ts';
export { type PolicyPlace } from './control/policies/policy-place.ts';
export { rateLimit, type RateLimitOptions } from './control/policies/rate-limit.ts';
export { type Refusal } from './control/policies/refusal.ts';
export { retry, type RetryOptions } from './control/policies/retry.ts';
export { skipWhen, type SkipWhenOptions } from './control/policies/skip-when.ts';
export { type PolicyKey } from './control/policies/subject-names.ts';
export { timeLimit, type TimeLimitOptions } from './control/policies/time-limit.ts';
export { allowTools, denyTools, type ToolListOptions } from './control/policies/tool-lists.ts';
export { memoryPolicyStore, type MemoryPolicyStoreOptions } from './control/memory-policy-store.ts';
export {
  type Admission,
  type Amounts,
  type Bucket,
  type CallOutcome,
  type CircuitRules,
  type PolicyStore,
  type Spent,
} from './control/policy-store.ts';
export { type Policy, type PolicyRules, type Question } from './control/policy.ts';
export { type Decision, type Signal, type Verdict } from './control/verdict.ts';
export { memoryBackend, type MemoryBackendOptions } from './backends/memory/memory-backend.ts';
export { backpressure, type BackpressureOptions } from './operators/backpressure.ts';
export { coalesceTokens, type CoalesceTokensOptions } from './operators/coalesce-tokens.ts';
export { endOnFinal } from './operators/end-on-final.ts';
export { expireAfter, type ExpireAfterOptions } from './operators/expire-after.ts';
export { heartbeat, type Heartbeat, type HeartbeatOptions } from './operators/heartbeat.ts';
export { onlyEvents } from './operators/only-events.ts';
export { onlyTypes } from './operators/only-types.ts';
export { redactSecrets, type RedactSecretsOptions } from './operators/redact-secrets.ts';
export { resumeAfter, type ResumeAfterOptions } from './operators/resume-after.ts';
export { type Step, type StepFactory, stepOperator, type StepSink } from './operators/step.ts';
export { toAsyncIterable, type ToAsyncIterableOptions } from './operators/to-async-iterable.ts';
export { toReadableStream } from './operators/to-readable-stream.ts';
export { sseFrame, type SseFrameOptions, toSseFrame } from './operators/to-sse-frame.ts';
export type { Overflow } from './operators/waiting-line.ts';
export {
  KnownSecrets,
  knownSecrets,
  type MaskSettings,
  type SecretsOptions,
} from './secrets/known-secrets.ts';
export type { Replacement } from './secrets/marks.ts';
export type { MaskReport } from './secrets/mask-report.ts';
export type { MaskContext, TextMask } from './secrets/mask-value.ts';
export type { Encodings } from './secrets/secret-forms.ts';
export type { SecretSource, SecretValues } from './secrets/secret-list.ts';
export type { SecretRule } from './secrets/secret-rule.ts';
export { createEngine } from './engine/create-engine.ts';
export { type Agent, type Checkpoint, defineAgent } from './engine/define-agent.ts';
export { type CloseOptions, type CloseReport } from './engine/close-engine.ts';
export { type Engine } from './engine/engine.ts';
export { type EngineMetrics } from './engine/metrics/engine-metrics.ts';
export { type HistogramCounts } from './engine/metrics/histogram.ts';
export { type RunDecision } from './engine/run-decision.ts';
export { type RunStats } from './engine/run-stats.ts';
export { type AnswerRequest, type CheckpointEvent, type CheckpointQuery } from './engine/runs.ts';
export { type ListOptions } from './engine/list-options.ts';
export { type ReadOptions } from './engine/run-events.ts';
export { type EventSearch, type SearchPage } from './engine/search.ts';
export { type EngineLimits, type EngineOptions } from './engine/options.ts';
export { type ObserveOptions, type ObserverOverflow } from './engine/observers/observe-options.ts';
export {
  type AnyObserver,
  type BatchObserver,
  type Observation,
  type ObservationEnd,
  type Observer,
  type ObserverEnds,
  type ObserverErrorListener,
  type ObserverFailure,
  type ObserverHealth,
  type ObserverObject,
  type WorkerObserver,
} from './engine/observers/observer.ts';
export { type ObserverList } from './engine/observers/observer-list.ts';
export { type UnfinishedObserver } from './engine/observers/observers.ts';
export { consoleObserver, type ConsoleObserverOptions } from './engine/observers/console-observer.ts';
export { type CursorStore, memoryCursorStore } from './engine/sinks/cursor-store.ts';
export {
  type Sink,
  type SinkEnd,
  type SinkHandle,
  type SinkOptions,
  type SinkRun,
} from './engine/sinks/sink.ts';
export { type OpenOptions, type OpenRunOptions, type StartOptions } from './engine/start-options.ts';
export { type Appended, type AppendEvent } from './run/appender.ts';
export { type AskOptions } from './run/asks.ts';
export { createContext } from './run/queue-context.ts';
export { type CallOptions } from './run/actions/call-options.ts';
export { type ChildOptions } from './run/actions/child-run.ts';
export { type LlmOptions, type LlmRequest, type LlmUsage } from './run/actions/llm-call.ts';
export { type NodeOptions } from './run/actions/node-call.ts';
export { type PipelineOptions } from './run/actions/pipeline-call.ts';
export { type NamedCallOptions } from './run/actions/tool-call.ts';
export {
  type ChildAgent,
  type RunContext,
  type WaveNodes,
  type WaveOptions,
  type WaveResults,
} from './run/context.ts';
export { getRunContext } from './run/current-context.ts';
export {
  type GraphDependencies,
  type GraphNodes,
  type GraphOptions,
  type GraphReport,
  runGraph,
} from './run/run-graph.ts';
export { type Run } from './run/run-handle.ts';
export { type RunWriter } from './run/writer.ts';

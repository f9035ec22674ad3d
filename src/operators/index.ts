export { backpressure, type BackpressureOptions } from './backpressure.ts';
export { coalesceTokens, type CoalesceTokensOptions } from './coalesce-tokens.ts';
export { endOnFinal } from './end-on-final.ts';
export { expireAfter, type ExpireAfterOptions } from './expire-after.ts';
export { heartbeat, type Heartbeat, type HeartbeatOptions } from './heartbeat.ts';
export { onlyEvents } from './only-events.ts';
export { onlyTypes } from './only-types.ts';
export { redactSecrets, type RedactSecretsOptions } from './redact-secrets.ts';
export { resumeAfter, type ResumeAfterOptions } from './resume-after.ts';
export { type Step, type StepFactory, stepOperator, type StepSink } from './step.ts';
export { toAsyncIterable, type ToAsyncIterableOptions } from './to-async-iterable.ts';
export { toReadableStream } from './to-readable-stream.ts';
export { sseFrame, type SseFrameOptions, toSseFrame } from './to-sse-frame.ts';
export type { Overflow } from './waiting-line.ts';
export {
  KnownSecrets,
  knownSecrets,
  type MaskSettings,
  type SecretsOptions,
} from '../secrets/known-secrets.ts';
export type { Replacement } from '../secrets/marks.ts';
export type { MaskReport } from '../secrets/mask-report.ts';
export type { MaskContext, TextMask } from '../secrets/mask-value.ts';
export type { Encodings } from '../secrets/secret-forms.ts';
export type { SecretSource, SecretValues } from '../secrets/secret-list.ts';
export type { SecretRule } from '../secrets/secret-rule.ts';

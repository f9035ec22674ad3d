import type { MonoTypeOperatorFunction } from 'rxjs';
import { knownSecrets, type SecretValues } from '../secrets/known-secrets.ts';
import { isClean, maskValue, type TextMask } from '../secrets/mask-value.ts';
import { type StepFactory, stepOperator } from './step.ts';

/** What {@link redactSecrets} looks for. */
export interface RedactSecretsOptions {
  /** Names and values, or what `knownSecrets` made; the latter may learn more while the stream runs. */
  readonly secrets: TextMask | SecretValues;
}

/** What redaction looks through, if it is there. */
interface Redactable {
  readonly data?: unknown;
  readonly metadata?: unknown;
  readonly size?: number;
}

/**
 * Replaces every occurrence of a secret by `<secret:name>` in `data` and `metadata`: in strings and object keys,
 * at any depth, also URL-, JSON-, hex- and base64-encoded. `type`, `node` and the rest of the envelope are never
 * touched. A value without a secret is passed on as the same object; one that is masked is passed on as a copy.
 *
 * @marbles secret `pass` named `k`: source `-a---b|`, data `'hello'`, `'my pass'`; result `-a---b|`, data `'hello'`, `'my <secret:k>'`
 * @temperature cold; secrets are shared, nothing else is
 * @timing synchronous
 * @ordering kept; one value out for each value in
 * @completes with the source
 * @errors passes source errors; throws `BAD_OPTION` at call time
 * @memory O(1) per subscriber; below 64 levels and behind 200,000 values of one tree stands `[truncated]`
 */
export function redactSecrets<T extends object>({
  secrets,
}: RedactSecretsOptions): MonoTypeOperatorFunction<T> {
  return stepOperator(redactStep<T>(isMask(secrets) ? secrets : knownSecrets(secrets)));
}

/** {@link redactSecrets} as a stage of a run. Keeps the `size` of a proposal an upper estimate. */
export function redactStep<T extends object>(known: TextMask): StepFactory<T, T> {
  return sink => ({
    next: value => sink.next(redact(value, known)),
    complete: () => sink.complete(),
  });
}

function redact<T extends object>(value: T, known: TextMask): T {
  const { data, metadata, size } = value as Redactable;
  if (metadata === undefined && typeof data === 'object' && data !== null && isClean(data, known))
    return value;
  const newData = maskValue(data, known);
  const newMetadata = maskValue(metadata, known);
  if (newData.value === data && newMetadata.value === metadata) return value;
  return {
    ...value,
    ...(data !== undefined && { data: newData.value }),
    ...(metadata !== undefined && { metadata: newMetadata.value }),
    ...(size !== undefined && { size: size + newData.growth + newMetadata.growth }),
  };
}

/** By shape, since the secrets may be of another copy of the package (ESM and CommonJS). */
function isMask(secrets: TextMask | SecretValues): secrets is TextMask {
  return typeof secrets.mask === 'function';
}

import type { MonoTypeOperatorFunction } from 'rxjs';
import { channelRuleOf } from '../event/channels.ts';
import { knownSecrets, type SecretValues } from '../secrets/known-secrets.ts';
import { isClean, maskValue, type TextMask } from '../secrets/mask-value.ts';
import { optionsOf } from './check-option.ts';
import { type Changed, type CopyValue, HeldText, type TextValue } from './held-text.ts';
import { type Step, type StepFactory, type StepSink, stepOperator } from './step.ts';

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
  readonly type?: unknown;
  readonly final?: unknown;
  readonly notice?: unknown;
  readonly runId?: string;
  readonly tenantId?: string;
}

/**
 * Replaces every occurrence of a secret by `<secret:name>` in `data` and `metadata`: in strings and object keys,
 * at any depth, also URL-, JSON-, hex- and base64-encoded. `type`, `node` and the rest of the envelope are never
 * touched. A value without a secret is passed on as the same object; one that is masked is passed on as a copy.
 *
 * Text that goes on from event to event (tokens of one message or node, `partial` arguments, output and artifacts) is
 * masked as if it were in one piece: its end waits while it may still become a secret. It goes out with the next event
 * of the same text, at its `finishReason` or last part, before the final event of its run and at the end of the
 * stream; never by time, and other events overtake it. An event whose text waits whole is left out and merges into the
 * next one.
 *
 * @marbles secret `hunter22` named `k`: source `-a-b-c-|`, tokens `'my hunt'`, `'er22'`, `'!h'`; result `-a-b-c-(d|)`, tokens `'my '`, `'<secret:k>'`, `'!'`, `'h'`
 * @temperature cold; secrets are shared, nothing else is
 * @timing synchronous
 * @ordering kept; what waited whole goes with the next event of its text
 * @completes with the source, after what waits
 * @errors passes source errors at once; throws `BAD_OPTION` at call time
 * @memory per text what may become a secret: at most 262,144 characters, 1,048,576 and 1,000 texts in all, beyond which the one that waits longest goes out as `[truncated]`; in one value, below 64 levels and behind 200,000 values stands `[truncated]`
 */
export function redactSecrets<T extends object>(options: RedactSecretsOptions): MonoTypeOperatorFunction<T> {
  const { secrets } = optionsOf('redactSecrets', options);
  optionsOf('redactSecrets: secrets', secrets);
  return stepOperator(redactStep<T>(isMask(secrets) ? secrets : knownSecrets(secrets)));
}

/**
 * {@link redactSecrets} as a stage of a run. Keeps the `size` of a proposal an upper estimate; usable after `complete`.
 * `copy` is for whoever knows what values are made of, and is faster.
 */
export function redactStep<T extends object>(known: TextMask, copy: CopyValue = copyOf): StepFactory<T, T> {
  return sink => new RedactStep(known, copy, sink);
}

// A class and no closures: every run has one, for as long as it lives.
class RedactStep<T extends object> implements Step<T> {
  readonly #known: TextMask;
  readonly #copy: CopyValue;
  readonly #sink: StepSink<T>;
  /** Made when there is text: most runs are silent for most of their time. */
  #held: HeldText<TextValue> | undefined;

  constructor(known: TextMask, copy: CopyValue, sink: StepSink<T>) {
    this.#known = known;
    this.#copy = copy;
    this.#sink = sink;
  }

  next(value: T): void {
    const { type, data, final, notice } = value as Redactable;
    if (typeof type === 'string') {
      if (final === true) this.#held?.flush(value);
      const rule = this.#known.isEmpty === true && !this.#held ? undefined : channelRuleOf(type);
      if (rule && typeof data === 'object' && data !== null) {
        const text = (data as Readonly<Record<string, unknown>>)[rule.field];
        if (typeof text === 'string') {
          this.#held ??= new HeldText(this.#known, this.#copy, passed => this.#sink.next(passed as T));
          if (this.#held.take(value as TextValue, rule, text)) return;
        }
      }
    } else if (notice === 'reset') this.#held?.flush(value);
    this.#sink.next(redact(value, this.#known));
  }

  complete(): void {
    this.#held?.flush();
    this.#sink.complete();
  }
}

function copyOf(value: object, { data, size, metadata }: Changed): object {
  return {
    ...value,
    data,
    ...(size !== undefined && { size }),
    ...(metadata !== undefined && { metadata }),
  };
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

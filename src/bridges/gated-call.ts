import { SluiceError } from '../errors/sluice-error.ts';
import type { Json } from '../event/json.ts';
import { getRunContext } from '../run/current-context.ts';
import { plainJson } from './plain-json.ts';
import { ledgerOf } from './tool-ledger.ts';

/** A call of a tool that a framework makes. */
export interface GatedCall<Result> {
  readonly tool: string;
  readonly args: unknown;
  /** The model's own id of the call. */
  readonly callId?: string | undefined;
  /** Does it; `signal` fires when it is to stop. */
  readonly work: (signal: AbortSignal) => Result | PromiseLike<Result>;
  /** What the event says of the result. Default: the result. */
  readonly shown?: ((result: Result) => unknown) | undefined;
  /** Whether what was thrown is no failure but a wish of the framework, such as to ask a person. */
  readonly isPause?: ((thrown: unknown) => boolean) | undefined;
}

/**
 * Makes a call through `ctx.tool` of the run that is calling: policies are asked, and it is told. Resolves with what the
 * work resolved with, or what a policy put in its place. Rejects like `ctx.tool`; with `BAD_OPTION` outside of runs,
 * where nobody would be asked.
 */
export async function gatedCall<Result>({
  tool,
  args,
  work,
  callId,
  shown,
  isPause,
}: GatedCall<Result>): Promise<Result> {
  const ctx = getRunContext();
  if (!ctx) throw outsideOfRuns(tool);
  let got: { readonly value: Result; readonly shown: Json } | undefined;
  let paused: { readonly thrown: unknown } | undefined;
  const attempt = async (signal: AbortSignal): Promise<Json> => {
    got = paused = undefined;
    try {
      const value = await work(signal);
      got = { value, shown: plainJson(shown ? shown(value) : value) };
      return got.shown;
    } catch (thrown) {
      if (!isPause?.(thrown)) throw thrown;
      paused = { thrown };
      return { paused: true };
    }
  };
  const ledger = ledgerOf(ctx);
  const id = ledger ? ledger.note(tool, callId) : callId;
  const said: unknown = await ctx.tool(tool, plainJson(args), (_, step) => attempt(step.signal), {
    callId: id,
  });
  const pause = paused as { readonly thrown: unknown } | undefined;
  if (pause) throw pause.thrown as Error;
  const own = got as { readonly value: Result; readonly shown: Json } | undefined;
  // Anything else was put in its place by a policy.
  return own && said === own.shown ? own.value : (said as Result);
}

function outsideOfRuns(tool: string): SluiceError {
  return new SluiceError(
    'BAD_OPTION',
    `tool ${JSON.stringify(tool)}: expected to be called in a run, where its gate is. Call the tool itself elsewhere.`,
  );
}

import type * as OpaWasm from '@open-policy-agent/opa-wasm';
import { SluiceError } from '../../errors/sluice-error.ts';

/** The optional peer. Rejects with `MISSING_PEER`. */
export async function loadOpaWasm(): Promise<typeof OpaWasm> {
  try {
    return await import('@open-policy-agent/opa-wasm');
  } catch (error) {
    throw new SluiceError(
      'MISSING_PEER',
      'opaWasmPolicy: expected the package @open-policy-agent/opa-wasm, which is not installed. Run: npm install @open-policy-agent/opa-wasm@1',
      { cause: error },
    );
  }
}

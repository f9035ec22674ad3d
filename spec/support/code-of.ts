import { isSluiceError } from '../../src/errors/sluice-error.ts';

/** The code of what `act` throws or rejects with; what it threw instead, if that is no error of ours. */
export async function codeOf(act: () => unknown): Promise<unknown> {
  try {
    await act();
  } catch (error) {
    return isSluiceError(error) ? error.code : error;
  }
  return 'nothing thrown';
}

/** The same for what must be thrown at the call itself. */
export function thrownBy(act: () => unknown): unknown {
  try {
    act();
  } catch (error) {
    return isSluiceError(error) ? error.code : error;
  }
  return 'nothing thrown';
}

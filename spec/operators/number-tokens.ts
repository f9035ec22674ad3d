import type { MonoTypeOperatorFunction } from 'rxjs';
import { stepOperator } from '../../src/operators/index.ts';

/** Numbers the tokens of a stream in their metadata, from 1. */
export function numberTokens<T extends object>(): MonoTypeOperatorFunction<T> {
  return stepOperator(sink => {
    let n = 0;
    return {
      next: item => sink.next(isToken(item) ? { ...item, metadata: { n: ++n } } : item),
      complete: () => sink.complete(),
    };
  });
}

const isToken = (item: object) => 'type' in item && item.type === 'token';

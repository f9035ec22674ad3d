import { expect } from '@jest/globals';
import { TestScheduler } from 'rxjs/testing';

/** Runs marble diagrams in virtual time. */
export function marbles(check: Parameters<TestScheduler['run']>[0]): void {
  new TestScheduler((actual, expected) => expect(actual).toEqual(expected)).run(check);
}

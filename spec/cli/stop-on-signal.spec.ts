import { EventEmitter } from 'node:events';
import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { stopOnSignal } from '../../src/cli/stop-on-signal.ts';

class Process extends EventEmitter {
  readonly codes: number[] = [];
  exit(code: number): void {
    this.codes.push(code);
  }
}

describe('signals', () => {
  beforeEach(() => void jest.useFakeTimers());
  afterEach(() => void jest.useRealTimers());

  function listen() {
    const source = new Process();
    const stopped: string[] = [];
    stopOnSignal(source, signal => stopped.push(signal));
    return { source, stopped };
  }

  it.each(['SIGINT', 'SIGTERM'])('%s stops once', signal => {
    const { source, stopped } = listen();
    source.emit(signal);
    expect(stopped).toEqual([signal]);
    expect(source.codes).toEqual([]);
  });

  it('count as one where npm passes on what the terminal sent too', () => {
    const { source, stopped } = listen();
    source.emit('SIGINT');
    jest.advanceTimersByTime(20);
    source.emit('SIGINT');
    expect(stopped).toEqual(['SIGINT']);
    expect(source.codes).toEqual([]);
  });

  it('exit at once the second time', () => {
    const { source, stopped } = listen();
    source.emit('SIGINT');
    jest.advanceTimersByTime(500);
    source.emit('SIGINT');
    source.emit('SIGTERM');
    expect(stopped).toEqual(['SIGINT']);
    expect(source.codes).toEqual([130, 143]);
  });
});

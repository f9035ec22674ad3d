import { describe, expect, it } from '@jest/globals';
import { ManualClock } from '../../src/testing/manual-clock.ts';

describe('ManualClock', () => {
  it('rings alarms in the order of their times, each at its own time', () => {
    const clock = new ManualClock(1_000);
    const rung: [string, number][] = [];
    const alarm = (delay: number, name: string) =>
      clock.alarm(delay, () => rung.push([name, clock.now()]), true);
    alarm(30, 'c');
    alarm(10, 'a');
    alarm(10, 'b');
    alarm(31, 'too late');
    clock.advance(30);
    expect(rung).toEqual([
      ['a', 1_010],
      ['b', 1_010],
      ['c', 1_030],
    ]);
    expect([clock.now(), clock.pending]).toEqual([1_030, 1]);
  });

  it('rings what an alarm sets if it falls due too', () => {
    const clock = new ManualClock(0);
    const times: number[] = [];
    const tick = () => {
      times.push(clock.now());
      clock.alarm(10, tick, true);
    };
    clock.alarm(10, tick, true);
    clock.advance(35);
    expect(times).toEqual([10, 20, 30]);
  });

  it('stops an alarm', () => {
    const clock = new ManualClock(0);
    const stop = clock.alarm(10, () => expect(true).toBe(false), false);
    expect([clock.pending, clock.keepsAlive]).toEqual([1, true]);
    stop();
    expect([clock.pending, clock.keepsAlive]).toEqual([0, false]);
    clock.advance(20);
  });

  it('goes to a date: forwards as time passes, backwards without delaying alarms', () => {
    const clock = new ManualClock(1_000);
    let rung = 0;
    clock.alarm(100, () => rung++, true);
    clock.set(1_050);
    clock.set(500);
    expect([clock.now(), rung]).toEqual([500, 0]);
    clock.advance(50);
    expect([clock.now(), rung]).toEqual([550, 1]);
  });
});

import { describe, expect, it } from '@jest/globals';
import { Heartbeats, type Beating } from '../../../src/bridges/sse/heartbeats.ts';
import { ManualClock } from '../../../src/testing/manual-clock.ts';

const member = (): Beating & { beats: number } => ({
  quiet: 0,
  beats: 0,
  beat() {
    this.beats++;
    this.quiet = 0;
  },
});

describe('heartbeats', () => {
  it('lets nobody be silent for longer, and nobody beat who speaks', () => {
    const clock = new ManualClock();
    const heartbeats = new Heartbeats(clock, 15_000);
    const [silent, speaking] = [member(), member()];
    heartbeats.add(silent);
    heartbeats.add(speaking);
    for (let second = 0; second < 60; second++) {
      clock.advance(1_000);
      speaking.quiet = 0;
    }
    expect(silent.beats).toBe(4);
    expect(speaking.beats).toBe(0);
    heartbeats.delete(silent);
    heartbeats.delete(speaking);
    expect(heartbeats.size).toBe(0);
    clock.advance(60_000);
    expect(silent.beats).toBe(4);
  });
});

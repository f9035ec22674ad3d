import { describe, expect, it } from '@jest/globals';
import { Silence } from '../../src/client/silence.ts';

describe('how long a connection may be silent', () => {
  it('is three times the longest pause between signs of life, and a second', () => {
    const silence = new Silence();
    silence.begin();
    expect(silence.limit).toBe(46_000);
    silence.heard(2_000);
    expect(silence.limit).toBe(7_000);
    silence.heard(1_500);
    expect(silence.limit).toBe(7_000);
    silence.heard(4_000);
    expect(silence.limit).toBe(13_000);
    silence.begin();
    silence.heard(500);
    expect(silence.limit).toBe(2_500);
  });

  it('doubles when it was too short, so that quiet servers are heard at last', () => {
    const silence = new Silence();
    const pause = 300_000;
    let given = 0;
    for (; silence.limit < pause && given < 10; given++) silence.missed();
    expect(given).toBe(3);
    silence.begin();
    silence.heard(pause);
    expect(silence.limit).toBe(901_000);
  });

  it('believes no clock that jumped', () => {
    const silence = new Silence();
    silence.heard(1e12);
    expect(silence.limit).toBe(139_000);
    silence.begin();
    silence.heard(-1e12);
    expect(silence.limit).toBe(1_000);
  });
});

import { describe, expect, it } from '@jest/globals';
import { decodeLine } from '../../src/event/codec.ts';
import { isNotice } from '../../src/event/notice.ts';

describe('isNotice', () => {
  it('tells notices from events, also from one with a member of that name', () => {
    expect(isNotice({ notice: 'reset', runId: 'r', reason: 'fork' })).toBe(true);
    expect(isNotice(decodeLine('{"seq":1,"type":"token","data":{}}', 'ep.1.0'))).toBe(false);
    expect(isNotice(decodeLine('{"seq":1,"type":"token","data":{},"notice":"gap"}', 'ep.1.0'))).toBe(false);
  });
});

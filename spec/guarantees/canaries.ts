import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { channelRuleOf } from '../../src/event/channels.ts';
import type { RunEvent } from '../../src/event/run-event.ts';
import { secretForms } from '../../src/secrets/secret-forms.ts';

// Made of parts, so that nobody takes them for real ones. They look different in JSON, in URLs and in base64, hold
// characters of two and four bytes, and one begins like another.
export const CANARIES: Readonly<Record<string, string>> = {
  PLAIN: ['canary', 'of', 'the', 'mine', '77'].join('-'),
  QUOTED: ['canary', '/+ "', 'two', '&three'].join(''),
  WIDE: ['kanari', 'ë', '😀', 'vogel'].join(''),
  LONG: ['canary', 'of', 'the', 'mine', '77', 'and', 'its', 'cage'].join('-'),
};

const FORMS = Object.values(CANARIES).flatMap(canary => secretForms(canary));

/** Of all canaries, in every encoding, what a text gives away. */
export function canariesIn(text: string): string[] {
  return FORMS.filter(form => text.includes(form));
}

/** Everything that is written below a folder, as text. */
export function filesBelow(path: string): string {
  return readdirSync(path, { recursive: true, encoding: 'utf8' })
    .map(name => join(path, name))
    .filter(file => statSync(file).isFile())
    .map(file => readFileSync(file, 'utf8'))
    .join('\n');
}

/** The texts that readers of these events, one a line, put together. */
export function textsOfLines(lines: string): string[] {
  const texts = new Map<string, string>();
  for (const line of lines.split('\n').filter(text => text !== '')) {
    const event = JSON.parse(line) as RunEvent;
    const data: Readonly<Record<string, unknown>> = event.data;
    const rule = channelRuleOf(event.type);
    const text = rule && data[rule.field];
    if (!rule || typeof text !== 'string') continue;
    const key = `${event.runId} ${event.type} ${rule.nameOf(data, event.node)}`;
    texts.set(key, (texts.get(key) ?? '') + text);
  }
  return [...texts.values()];
}

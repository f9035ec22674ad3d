import { map, Observable, type OperatorFunction } from 'rxjs';
import { knownSecrets, redactSecrets } from '../../src/index.ts';
import { cpuPerOperation } from '../measure-cpu.ts';
import type { Row } from '../row.ts';
import { randomWords, textOf } from '../sizes.ts';

interface Text {
  readonly data: { readonly content: string };
}

let passed = 0;

/** Looking for secrets where there are none, which is the rule. */
export function redactionRow(bytes: number, secrets: number, atMost: number, detect = false): Row {
  const words = (): readonly string[] => randomWords(secrets, 16, 40);
  return {
    name: `redaction-${bytes}${detect ? '-rules' : ''}`,
    what: `redactSecrets, no hit: ${bytes} B of text, ${secrets.toLocaleString('en')} secrets in all encodings${detect ? ' and all rules' : ''}, deep walk`,
    unit: 'ns',
    goal: { of: 'ratio', atMost },
    against: 'loop over includes, for the plain form of each secret alone',
    base: () => {
      const known = words();
      return passing(
        bytes,
        map(value => (known.some(word => value.data.content.includes(word)) ? HIDDEN : value)),
      );
    },
    ours: () => {
      const known = knownSecrets({ values: {}, detect });
      words().forEach((word, at) => known.add(`KEY_${at}`, word));
      return passing(bytes, redactSecrets<Text>({ secrets: known }));
    },
    others: {},
  };
}

const HIDDEN: Text = { data: { content: '***' } };

function passing(bytes: number, operator: OperatorFunction<Text, Text>): Promise<number> {
  const texts: readonly Text[] = Array.from({ length: 16 }, (_, from) => ({
    data: { content: textOf(bytes, from) },
  }));
  return cpuPerOperation(times => {
    new Observable<Text>(subscriber => {
      for (let i = 0; i < times; i++) subscriber.next(texts[i & 15]!);
    })
      .pipe(operator)
      .subscribe(text => void (passed += text.data.content.length));
  });
}

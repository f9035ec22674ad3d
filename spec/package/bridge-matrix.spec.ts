import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';

const ROOT = join(import.meta.dirname, '../..');
const PAGE = join(ROOT, 'docs/reference/bridges.md');
const BRIDGES = join(ROOT, 'spec/bridges');

/** What every bridge is checked for: the names of its specs. */
const COLUMNS = ['start', 'stream', 'resume exactly', 'cancel', 'error', 'ask', 'unknown event'];
/** With what the other side is played; versions are those that are installed for the specs. */
const CLIENTS: Readonly<Record<string, { readonly guide: string; readonly packages: readonly string[] }>> = {
  'A2A 1.0': { guide: 'a2a', packages: ['@a2a-js/sdk'] },
  'AG-UI 1.0': { guide: 'ag-ui', packages: ['@ag-ui/client', '@ag-ui/core'] },
  'AI SDK UI message stream': { guide: 'ai-sdk', packages: ['ai'] },
  'AI SDK streamText': { guide: 'ai-sdk-agents', packages: ['ai'] },
  'LangGraph JS': { guide: 'langgraph', packages: ['@langchain/langgraph', '@langchain/core'] },
  Kafka: { guide: 'kafka', packages: ['kafkajs'] },
  'CloudEvents webhook': { guide: 'webhooks', packages: ['cloudevents'] },
  'Agent CLI logs': { guide: 'import', packages: [] },
};

interface Row {
  readonly name: string;
  readonly checked: ReadonlySet<string>;
}

/** The rows that specs make: `describe('matrix: …')`, with a spec for each cell. */
function rows(): Row[] {
  const files = readdirSync(BRIDGES, { recursive: true, encoding: 'utf8' });
  const specs = files.filter(file => file.endsWith('matrix.spec.ts')).sort();
  const shared = readFileSync(join(BRIDGES, 'sink-matrix.ts'), 'utf8');
  return specs.map(file => {
    const text = readFileSync(join(BRIDGES, file), 'utf8');
    const name = /describe\('matrix: ([^']+)'/.exec(text)?.[1];
    if (name === undefined) throw new Error(`${file}: expected describe('matrix: <name>'), found none`);
    const names = [...(text + (text.includes('sinkMatrix(') ? shared : '')).matchAll(/\bit\('([^']+)'/g)];
    return { name, checked: new Set(names.map(([, title]) => title!)) };
  });
}

function versionOf(name: string): string {
  const file = join(ROOT, 'node_modules', name, 'package.json');
  return `\`${name}\` ${(JSON.parse(readFileSync(file, 'utf8')) as { version: string }).version}`;
}

function table(): string {
  const head = ['protocol', ...COLUMNS, 'checked with'];
  const body = rows().map(({ name, checked }) => {
    const { guide, packages } = CLIENTS[name]!;
    const cells = COLUMNS.map(column => (checked.has(column) ? '✓' : '–'));
    return [`[${name}](../guides/${guide}.md)`, ...cells, packages.map(versionOf).join(', ') || 'recordings'];
  });
  return [head, head.map(() => '---'), ...body].map(cells => `| ${cells.join(' | ')} |`).join('\n');
}

/** As a formatter leaves it, without the blanks that align it. */
const bare = (text: string): string => text.replaceAll(/ +/g, ' ').replaceAll(/-{3,}/g, '---');

describe('the matrix of bridges', () => {
  it('says of each cell what a spec of that name checks', () => {
    const page = readFileSync(PAGE, 'utf8');
    const [, found = ''] = /<!-- matrix -->\n+([\s\S]*?)\n+<!-- end -->/.exec(page) ?? [];
    // MATRIX=write npm run test:package -- bridge-matrix
    if (process.env.MATRIX === 'write') writeFileSync(PAGE, page.replace(found, table()));
    else expect(bare(found)).toBe(bare(table()));
  });

  it('has a row for each bridge that has a guide of its own', () => {
    for (const { name } of rows()) {
      expect(readFileSync(join(ROOT, `docs/guides/${CLIENTS[name]!.guide}.md`), 'utf8')).toMatch(/^# /);
    }
  });
});

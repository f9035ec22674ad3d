import { copyFileSync, readdirSync, readFileSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { runProcess } from '../cli/command-process.ts';
import { launchChrome } from '../support/launch-chrome.ts';
import { type BlankProject, blankProject, packTarball, temporaryFolder } from './blank-project.ts';

const EXAMPLES = join(import.meta.dirname, '../../examples');
const NAMES = [
  'a2a',
  'ag-ui',
  'ai-sdk',
  'ai-sdk-agent',
  'approval',
  'audit-log',
  'budget-stop',
  'chat-server',
  'express',
  'fastify',
  'flaky-tool',
  'graph',
  'hono',
  'langgraph',
  'nextjs',
  'plain-node',
  'resume-after-a-cut',
  'your-own-operator',
];
/** What the examples of frameworks import besides. */
const FRAMEWORKS = [
  '@a2a-js',
  '@ag-ui',
  '@hono',
  '@langchain',
  'ai',
  'compression',
  'express',
  'fastify',
  'hono',
];
const PATIENCE = 180_000;

describe('the examples, copied to a blank project', () => {
  const folder = temporaryFolder();
  let project: BlankProject;
  beforeAll(async () => {
    const tarball = await packTarball(folder.path);
    project = await blankProject(folder.path, tarball, { 'package.json': JSON.stringify({ private: true }) });
    for (const name of FRAMEWORKS) {
      symlinkSync(join(EXAMPLES, '../node_modules', name), join(project.path, 'node_modules', name));
    }
    for (const name of NAMES) {
      copyFileSync(join(EXAMPLES, name, `${name}.mjs`), join(project.path, `${name}.mjs`));
    }
  }, PATIENCE);
  afterAll(() => folder.remove());

  // spec/browser, spec/cli/container and spec/cli/several-instances run those.
  it('are all here', () =>
    expect(readdirSync(EXAMPLES).sort()).toEqual(
      [...NAMES, 'container', 'react', 'several-instances'].sort(),
    ));

  it.each(NAMES)('%s enters by the doors, and says how it is run', name => {
    const code = readFileSync(join(EXAMPLES, name, `${name}.mjs`), 'utf8');
    const imported = [...code.matchAll(/(?:from |import\()'([^']+)'/g)].map(([, module]) => module);
    expect(imported.length).toBeGreaterThan(1);
    for (const module of imported)
      if (!FRAMEWORKS.includes(module!.split('/')[0]!))
        expect(module).toMatch(
          /^(zod|node:[\w/]+|sluice(\/(operators|http|sinks|dashboard|bridges\/[\w-]+))?)$/,
        );
    expect(code).toMatch(/^\/\/ @ts-check\n/);
    const readme = readFileSync(join(EXAMPLES, name, 'README.md'), 'utf8');
    expect(readme).toContain(`node examples/${name}/${name}.mjs`);
  });

  it('resume-after-a-cut misses nothing', async () => {
    expect(await project.node('resume-after-a-cut.mjs')).toMatch(
      /lost the connection[^]*All 22 events, each once/,
    );
  });

  it('a2a goes on where it was cut, and is answered', async () => {
    expect(await project.node('a2a.mjs')).toMatch(
      /cut behind: [^]*it asks: How did it go\?\neach once: 1 2 3 4 5 6 7 8 9 10 \n.*"mood":"very well"/,
    );
  });

  it('audit-log writes every event, over failures and a restart', async () => {
    expect(await project.node('audit-log.mjs')).toMatch(
      /disk failed 2 times\.\n36 different events in \d+ files, every run from 1 to 12 in order\./,
    );
  });

  it('langgraph asks a person and its gate', async () => {
    expect(await project.node('langgraph.mjs')).toMatch(
      /Dear Ann, the tea is ready\.[^]*To whom shall it go\? ann[^]*tool\.called[^]*"sent to ann"[^]*complete/,
    );
  });

  it('ai-sdk-agent calls its tool once it may', async () => {
    expect(await project.node('ai-sdk-agent.mjs')).toMatch(
      /ask +Call weather with \{"city":"Lisbon"\}\?[^]*answer[^]*tool\.called[^]*Take a hat: 21 degrees\.\n$/,
    );
  });

  it('ag-ui serves, asks, and is paid', async () => {
    expect(await project.node('ag-ui.mjs')).toMatch(
      /cook \{ dish: 'soup' \}\nresult +soup, hot\n[^]*interrupt\nquestion +Will you pay\?\n[^]*success\nresult +\{ isPaid: true \}\n$/,
    );
  });

  it('ai-sdk tells its story to the end, though the page was closed', async () => {
    expect(await project.node('ai-sdk.mjs')).toMatch(
      /before: Once there was Ann, who[^]*after: {2}Once there was Ann, who was not afraid of anything\.\nactive: false\n$/,
    );
  });

  it('flaky-tool gets an answer each time, and spares its service', async () => {
    const said = await project.node('flaky-tool.mjs');
    const answers = said.split('\n').filter(line => line !== '' && !line.startsWith(' '));
    expect(answers).toEqual([
      'tea costs 12',
      'rice costs 13',
      'price unknown (failed)',
      'price unknown (spared)',
      'oil costs 17',
      '7 requests to the service.',
    ]);
    expect(said).toMatch(/retry RETRY[^]*fallbackValue FALLBACK[^]*circuitBreaker FALLBACK/);
  });

  it('budget-stop stops when its tokens are spent', async () => {
    expect(await project.node('budget-stop.mjs')).toMatch(
      /stopped before turn 5: .*the budget of the run is spent: 1200 of 1000 tokens\n$/,
    );
  });

  it('graph tries its flaky tool again, and writes its letter', async () => {
    const said = await project.node('graph.mjs');
    expect(said.match(/tool.failed weather 503 Service Unavailable; again: true/g)).toHaveLength(2);
    expect(said).toMatch(/pipeline.completed[^]*complete[^]*written\n$/);
  });

  it('your-own-operator joins sentences, and tells what was dropped', async () => {
    const lines = (await project.node('your-own-operator.mjs')).trim().split('\n');
    expect(lines).toEqual([
      '(started)',
      '(skipped the events 2 to 25)',
      'This is sentence 7.',
      'This is sentence 8.',
      '(complete)',
      'Dropped 6 of 8 sentences, and said so.',
    ]);
  });

  it.each(['plain-node', 'express', 'fastify', 'hono'])(
    '%s serves runs below its path, and the rest besides',
    async name => {
      const server = runProcess(join(project.path, `${name}.mjs`), [], { env: { PORT: '0' } });
      try {
        const [url] = await server.says(/http:\S+/);
        const answer = await fetch(`${url}/invoke/stream`, {
          method: 'POST',
          headers: { 'content-type': 'application/json' },
          body: JSON.stringify({ input: 'Ann' }),
        });
        expect(answer.headers.get('location')).toMatch(/^\/api\/sluice\/runs\//);
        expect(await answer.text()).toMatch(/event: started[^]*Ann[^]*event: complete/);
        expect(await (await fetch(new URL('/', url))).text()).toBe('Something of your own.\n');
      } finally {
        server.kill('SIGTERM');
      }
      expect(await server.ended).toBe(0);
    },
    PATIENCE,
  );

  it('nextjs exports a handler for each method', async () => {
    const said = await project.node(
      ...['--input-type=module', '--eval'],
      `const { GET, POST } = await import('./nextjs.mjs');
      const at = 'http://localhost/api/sluice';
      const headers = { 'content-type': 'application/json' };
      const ran = await POST(new Request(at + '/invoke', { method: 'POST', headers, body: '{"input":"Ann"}' }));
      const shown = await GET(new Request(new URL(ran.headers.get('location'), at)));
      console.log((await shown.json()).status);
      process.exit();`,
    );
    expect(said).toBe('completed\n');
  });

  it(
    'chat-server answers, goes on after a reload, and stops by its button',
    async () => {
      const server = runProcess(join(project.path, 'chat-server.mjs'), [], { env: { PORT: '0' } });
      const browser = await launchChrome();
      try {
        const [url] = await server.says(/http:\S+/);
        const page = await browser.newPage();
        const faults: string[] = [];
        page.on('console', message => faults.push(message.text()));
        page.on('pageerror', error => faults.push(String(error)));
        await page.goto(url);
        await page.getByLabel('Message').fill('rain');
        await page.getByRole('button', { name: 'Send' }).click();
        await page.getByText('You said “rain”.').waitFor();
        await page.reload();
        await page.getByText('You said “rain”.').waitFor();
        await page.getByRole('button', { name: 'Stop' }).click();
        await page.getByText('cancelled').waitFor();
        expect(faults).toEqual([]);
      } finally {
        await browser.close();
        server.kill('SIGTERM');
      }
      expect(await server.ended).toBe(0);
    },
    PATIENCE,
  );

  it.each([
    ['Yes', 'I have written to Ann. It is sent.'],
    ['No', 'I have written to Ann. It stays in the drafts.'],
  ])(
    'approval asks on the page, and %s is an answer',
    async (button, said) => {
      const server = runProcess(join(project.path, 'approval.mjs'), [], { env: { PORT: '0' } });
      const browser = await launchChrome();
      try {
        const [url] = await server.says(/http:\S+/);
        const page = await browser.newPage();
        await page.goto(url);
        await page.getByText('Send this mail? {"to":"ann@example.org","subject":"Friday"}').first().waitFor();
        await page.getByRole('button', { name: button, exact: true }).click();
        await page.getByText(said).first().waitFor();
      } finally {
        await browser.close();
        server.kill('SIGTERM');
      }
      expect(await server.ended).toBe(0);
    },
    PATIENCE,
  );
});

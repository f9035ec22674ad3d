import { statSync } from 'node:fs';
import { pathToFileURL } from 'node:url';
import { defineAgent, SluiceError, type Agent, type EngineOptions } from '../index.ts';

type Agents = NonNullable<EngineOptions['agents']>;

const EXAMPLE = `export const hello = defineAgent({ name: 'hello', run: async ctx => 'done' });`;

/**
 * The agents of a module: its array `agents` or its default export if that is an array, and every export that is an
 * agent. Rejects with `BAD_OPTION`.
 */
export async function loadAgents(path: string): Promise<Agents> {
  const agents = [
    ...new Set(
      Object.entries(await importModule(path)).flatMap(([name, value]) => agentsIn(path, name, value)),
    ),
  ];
  if (agents.length > 0) return agents;
  throw refused(path, `expected a module that exports agents, got none. For example: ${EXAMPLE}`);
}

async function importModule(path: string): Promise<object> {
  if (!statSync(path, { throwIfNoEntry: false })?.isFile()) {
    throw refused(
      path,
      'expected a JavaScript module, there is no such file. The path is relative to where you are.',
    );
  }
  try {
    return (await import(pathToFileURL(path).href)) as object;
  } catch (cause) {
    throw refused(path, `it could not be imported${whyNot(cause)}`, cause);
  }
}

/** Where Node found no module, its stack is of Node alone and says nothing. */
function whyNot(cause: unknown): string {
  const error: NodeJS.ErrnoException = cause instanceof Error ? cause : new Error(String(cause));
  if (error.code === 'ERR_UNKNOWN_FILE_EXTENSION') {
    return `: ${error.message}. Compile it to JavaScript, or take a Node that reads TypeScript (22.18 or newer).`;
  }
  const [, name] = /^Cannot find package '([^']+)'/.exec(error.message) ?? [];
  if (error.code === 'ERR_MODULE_NOT_FOUND' && name !== undefined) {
    return `: ${error.message}. Run there: npm install ${name}`;
  }
  return `.\n${error.stack ?? error.message}`;
}

function agentsIn(path: string, name: string, value: unknown): Agents {
  const isList = Array.isArray(value) && (name === 'default' || name === 'agents');
  if (!isList) return isAgentLike(value) ? [checked(path, name, value)] : [];
  return value.map((item: unknown, index) => {
    if (isAgentLike(item)) return checked(path, `${name}[${index}]`, item);
    throw refused(path, `${name}[${index}]: expected an agent made with defineAgent, got ${typeof item}.`);
  });
}

function isAgentLike(value: unknown): value is Agents[number] {
  return typeof value === 'object' && value !== null && 'name' in value && 'run' in value;
}

function checked(path: string, place: string, agent: Agents[number]): Agents[number] {
  try {
    defineAgent(agent as Agent<never, unknown, never>);
    return agent;
  } catch (cause) {
    throw refused(path, `${place}: ${(cause as Error).message}`, cause);
  }
}

function refused(path: string, why: string, cause?: unknown): SluiceError {
  return new SluiceError('BAD_OPTION', `--agents ${path}: ${why}`, { cause });
}

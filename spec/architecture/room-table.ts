/** What a room may open. `backends/memory` is one shelf of a room, `bridges/*` all of them. */
export interface Room {
  /** Rooms whose values and types it may import, besides itself; or one file of a room. */
  readonly doors: readonly string[];
  /** Rooms whose types it may name, and nothing more. */
  readonly types?: readonly string[];
  /** Packages; `node:` stands for all of Node's own modules. */
  readonly packages: readonly string[];
}

const data = ['errors', 'time', 'event'];
const stream = [...data, 'secrets', 'operators'];
const actor = [...stream, 'control', 'backends', 'run'];
const engine = [...actor, 'engine', 'backends/memory'];

/**
 * From the ground up; what is not named here may not exist. A file on a shelf (`backends/memory/log.ts`) has the
 * rights of its room and may open its own shelf and the room's own level, never a sibling's shelf.
 */
export const ROOMS: Readonly<Record<string, Room>> = {
  errors: { doors: [], packages: [] },
  time: { doors: ['errors'], packages: ['rxjs', 'uuid', 'node:'] },
  event: { doors: ['errors', 'time'], packages: ['zod'] },
  secrets: { doors: ['errors', 'time'], packages: [] },
  operators: { doors: [...data, 'secrets'], packages: ['rxjs'] },
  control: { doors: stream, packages: ['rxjs', 'zod'] },
  backends: { doors: data, types: ['control'], packages: ['node:', 'ioredis'] },
  run: { doors: [...stream, 'control', 'backends'], packages: ['rxjs', 'zod', 'node:'] },
  engine: { doors: [...actor, 'backends/memory'], packages: ['rxjs', 'zod', 'node:'] },
  sinks: { doors: data, types: ['engine'], packages: ['node:'] },
  bridges: {
    // A tool that a framework calls finds its run by itself.
    doors: [...stream, 'control', 'run/current-context.ts'],
    types: ['run', 'engine'],
    packages: [
      'rxjs',
      'zod',
      '@langchain/langgraph',
      '@open-policy-agent/opa-wasm',
      '@opentelemetry/api',
      'node:',
    ],
  },
  http: {
    doors: [...actor, 'engine', 'bridges', 'bridges/*'],
    packages: ['rxjs', 'zod', 'jose', 'ws', 'node:'],
  },
  client: {
    // A browser loads it: nothing of the streams and schemas of the server. React is for its shelf alone.
    doors: data,
    types: ['http'],
    packages: ['react'],
  },
  testing: { doors: engine, packages: ['rxjs', 'zod', 'fast-check'] },
  cli: {
    // The first user of the package: it enters by the doors that everybody has.
    doors: [
      'index',
      'http',
      'backends/file',
      'backends/redis',
      'bridges/dockrion',
      'bridges/a2a',
      'bridges/agent-logs',
      'bridges/a2a-queue',
      'bridges/ag-ui',
      'bridges/ai-sdk',
      'client',
      'dashboard',
    ],
    packages: ['rxjs', 'zod', 'commander', 'ws', 'yaml', 'ioredis', 'node:'],
  },
  dashboard: {
    doors: [...data, 'operators', 'bridges', 'bridges/*', 'client'],
    types: ['http'],
    // Its door reads the page from disk; in what a browser loads the build refuses Node.
    packages: ['rxjs', 'node:'],
  },
  index: { doors: engine, packages: [] },
};

/** Rooms that hold one folder per neighbour. */
export const SHELVES: readonly string[] = ['backends', 'bridges', 'client'];

import { basename, join } from 'node:path';
import { asyncScheduler } from 'rxjs';
import * as z from 'zod';
import { defineAgent, type Agent, type RunContext } from '../../../index.ts';
import { pause } from '../../pause.ts';
import { SURVEY_BOUNDS, type SurveyBounds } from './bounds.ts';
import { readFileFacts, type FileFacts } from './read-file-facts.ts';
import { sumOf, surveyReport, type SurveyFindings } from './report.ts';
import { walkFolder, type FolderListing } from './walk-folder.ts';

const Input = z.object({
  /** Seconds that it takes, so that people can watch; 0 is as fast as it can. */
  seconds: z.number().min(0).max(600).default(8),
});

/** What a survey returns. */
interface SurveyOutput {
  readonly folder: string;
  readonly files: number;
  readonly folders: number;
  readonly lines: number;
  readonly bytes: number;
  readonly unreadable: number;
}

/** How the time of a survey is shared among its steps. */
const SHARES = { list: 0.2, read: 0.35, report: 0.45 };
/** Folders that are listed at the pace for watching; the rest of many goes fast. */
const PACED_FOLDERS = 60;
/** Characters of the report in one token. */
const TOKEN = 12;

/**
 * An agent that surveys one folder, which is chosen here and never by a request: lists what is in it, counts lines,
 * and writes a report. It reads nothing beyond the bounds, follows no links and leaves the machine for nothing.
 */
export function surveyAgent(
  root: string,
  bounds: SurveyBounds = SURVEY_BOUNDS,
): Agent<z.output<typeof Input>, SurveyOutput> {
  return defineAgent({
    name: 'survey',
    description: `Surveys the folder ${basename(root)} and writes a report about it.`,
    input: Input.prefault({}),
    run: (ctx, { seconds }) => new Survey(ctx, root, bounds, seconds * 1_000).run(),
  });
}

/** One survey, step by step. */
class Survey {
  readonly #ctx: RunContext<z.output<typeof Input>>;
  readonly #root: string;
  readonly #bounds: SurveyBounds;
  readonly #duration: number;
  readonly #unreadable: string[] = [];
  readonly #reached: string[] = [];

  constructor(ctx: RunContext<z.output<typeof Input>>, root: string, bounds: SurveyBounds, duration: number) {
    this.#ctx = ctx;
    this.#root = root;
    this.#bounds = bounds;
    this.#duration = duration;
  }

  async run(): Promise<SurveyOutput> {
    const ctx = this.#ctx;
    const listings = await this.#step('list', () => this.#list());
    await ctx.checkpoint('listed', { folders: listings.length, files: countFiles(listings) });
    const facts = await this.#step('read', () => this.#read(listings));
    const findings: SurveyFindings = {
      folder: basename(this.#root),
      folders: listings.length,
      skipped: listings.reduce((sum, { skipped }) => sum + skipped, 0),
      unreadable: this.#unreadable,
      bounds: this.#reached,
      facts,
    };
    const text = surveyReport(findings);
    await this.#step('report', () => this.#tell(text));
    ctx.artifact('document', { mediaType: 'text/markdown', text }, { name: 'survey.md', last: true });
    ctx.progress('report', 1, { message: 'Done' });
    const { files, lines, bytes } = sumOf('all', facts);
    return {
      ...{ folder: findings.folder, files, folders: findings.folders, lines, bytes },
      unreadable: this.#unreadable.length,
    };
  }

  async #step<Result>(name: string, work: () => Promise<Result>): Promise<Result> {
    const startedAt = asyncScheduler.now();
    const result = await work();
    this.#ctx.step(name, { durationMs: asyncScheduler.now() - startedAt });
    return result;
  }

  async #list(): Promise<FolderListing[]> {
    const ctx = this.#ctx;
    const listings: FolderListing[] = [];
    ctx.progress('list', 0, { message: 'Looking for folders' });
    for await (const listing of walkFolder(this.#root, this.#bounds, bound => this.#reach(bound))) {
      const { path, files, folders, skipped, error } = listing;
      listings.push(listing);
      const call = await this.#call('list-folder', { path });
      if (error === undefined) await call.completed({ files: files.length, folders, skipped });
      else {
        await call.failed(error);
        this.#cannotRead(path, error);
      }
      const pace = listings.length <= PACED_FOLDERS ? (this.#duration * SHARES.list) / PACED_FOLDERS : 0;
      await pause(pace, ctx.signal);
    }
    ctx.progress('list', SHARES.list, {
      message: `${countFiles(listings)} files in ${listings.length} folders`,
    });
    return listings;
  }

  async #read(listings: readonly FolderListing[]): Promise<FileFacts[]> {
    const ctx = this.#ctx;
    const total = countFiles(listings);
    const facts: FileFacts[] = [];
    let left = this.#bounds.bytes;
    let seen = 0;
    for (const { path: folder, files } of listings.filter(listing => listing.files.length > 0)) {
      const call = await this.#call('count-lines', { folder, files: files.length });
      const before = facts.length;
      for (const path of files) {
        ctx.signal.throwIfAborted();
        const file = await this.#factsOf(path, Math.min(left, this.#bounds.fileBytes));
        if (file) {
          facts.push(file);
          left -= Math.min(file.bytes, this.#bounds.fileBytes, left);
        }
      }
      seen += files.length;
      const { lines, bytes } = sumOf(folder, facts.slice(before));
      await call.completed({ lines, bytes });
      ctx.progress('read', SHARES.list + (SHARES.read * seen) / total, {
        ...{ current: seen, total },
        message: `Counting lines in ${folder === '.' ? 'the top folder' : folder}`,
      });
      await pause((this.#duration * SHARES.read * files.length) / total, ctx.signal);
    }
    if (left === 0) this.#reach(`${this.#bounds.bytes} bytes`);
    if (facts.some(({ bytes }) => bytes > this.#bounds.fileBytes))
      this.#reach(`the first ${this.#bounds.fileBytes} bytes of a file`);
    return facts;
  }

  async #tell(text: string): Promise<void> {
    const ctx = this.#ctx;
    const pieces = text.match(new RegExp(`[^]{1,${TOKEN}}`, 'g')) ?? [];
    const start = SHARES.list + SHARES.read;
    for (const [index, piece] of pieces.entries()) {
      const isLast = index === pieces.length - 1;
      ctx.token(piece, { messageId: 'report', ...(isLast && { finishReason: 'stop' }) });
      if (index % 20 === 0) {
        ctx.progress('report', start + (SHARES.report * index) / pieces.length, {
          message: 'Writing the report',
        });
      }
      await pause((this.#duration * SHARES.report) / pieces.length, ctx.signal);
    }
  }

  async #factsOf(path: string, most: number): Promise<FileFacts | undefined> {
    try {
      return await readFileFacts(join(this.#root, path), path, most);
    } catch (error) {
      this.#cannotRead(path, (error as NodeJS.ErrnoException).code ?? 'unreadable');
      return undefined;
    }
  }

  async #call(tool: string, args: Record<string, string | number>) {
    const ctx = this.#ctx;
    const startedAt = asyncScheduler.now();
    const callId = `${tool}:${Object.values(args)[0]}`;
    await ctx.emit('tool.called', { callId, tool, args });
    return {
      completed: (result: Record<string, number>) =>
        ctx.emit('tool.completed', { callId, result, durationMs: asyncScheduler.now() - startedAt }),
      failed: (error: string) => ctx.emit('tool.failed', { callId, error }),
    };
  }

  #cannotRead(path: string, reason: string): void {
    this.#unreadable.push(path);
    this.#ctx.warn(`${path} could not be read (${reason}).`, { code: 'UNREADABLE' });
  }

  #reach(bound: string): void {
    if (this.#reached.includes(bound)) return;
    this.#reached.push(bound);
    this.#ctx.warn(`The survey stops at ${bound}.`, { code: 'BOUND_REACHED' });
  }
}

function countFiles(listings: readonly FolderListing[]): number {
  return listings.reduce((sum, { files }) => sum + files.length, 0);
}

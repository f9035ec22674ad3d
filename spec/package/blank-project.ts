import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

const ROOT = join(import.meta.dirname, '../..');
const run = promisify(execFile);

/** A folder of its own for tarballs and the projects that install them. */
export function temporaryFolder(): { readonly path: string; remove(): void } {
  const path = mkdtempSync(join(tmpdir(), 'sluice-package-'));
  return { path, remove: () => rmSync(path, { recursive: true, force: true }) };
}

/** Packs `dist` as it would be published; the path of the tarball. */
export async function packTarball(folder: string): Promise<string> {
  // The build is fresh already; the prepack script would make it again.
  const args = ['pack', '--json', '--ignore-scripts', '--pack-destination', folder];
  const { stdout } = await run('npm', args, { cwd: ROOT });
  const [packed] = JSON.parse(stdout) as [{ filename: string }];
  return join(folder, packed.filename);
}

/** A project of somebody else, with nothing in it but Sluice. */
export interface BlankProject {
  readonly path: string;
  /** Runs Node in the project; its standard output, or an error that has all output in its message. */
  node(...args: string[]): Promise<string>;
  /** Runs a tool of this repository in the project. */
  tool(bin: string, ...args: string[]): Promise<string>;
}

/** Makes a project of these files and installs the tarball in it, as a user would. */
export async function blankProject(
  folder: string,
  tarball: string,
  files: Readonly<Record<string, string>>,
): Promise<BlankProject> {
  const path = mkdtempSync(join(folder, 'project-'));
  for (const [name, text] of Object.entries(files)) writeFileSync(join(path, name), text);
  await run('npm', ['install', '--prefer-offline', '--no-audit', '--no-fund', tarball], { cwd: path });
  const node = async (...args: string[]): Promise<string> => {
    try {
      return (await run(process.execPath, args, { cwd: path })).stdout;
    } catch (error) {
      const { stdout = '', stderr = '' } = error as { stdout?: string; stderr?: string };
      throw new Error(`node ${args.join(' ')} failed:\n${stdout}${stderr}`, { cause: error });
    }
  };
  return { path, node, tool: (bin, ...args) => node(join(ROOT, 'node_modules', bin), ...args) };
}

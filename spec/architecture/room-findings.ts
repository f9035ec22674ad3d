import { importsOf, type Import } from './import-graph.ts';
import { ROOMS, SHELVES, type Room } from './room-table.ts';
import type { SourceFile } from './source-file.ts';

/** Every import that a room may not make, as a sentence. */
export function roomFindings(files: readonly SourceFile[]): string[] {
  return files.flatMap(file => {
    const room = ROOMS[roomOf(file.path)];
    if (room === undefined)
      return [`${file.path}: the room "${roomOf(file.path)}" is not in the room table.`];
    return importsOf(file)
      .filter(made => !(made.local ? opensDoor(room, made) : namesPackage(room, made)))
      .map(made => `${made.place}: ${shelfOf(made.from)} may not import ${described(room, made)}.`);
  });
}

function opensDoor({ doors, types = [] }: Room, { from, to, typeOnly }: Import): boolean {
  const target = shelfOf(to);
  // From a shelf its room's own level is open, where the contract lies; the contract knows no shelf.
  const own = target === shelfOf(from) || target === roomOf(from);
  return own || [...doors, ...(typeOnly ? types : [])].some(door => door === to || fits(door, target));
}

function namesPackage({ packages }: Room, { to }: Import): boolean {
  return packages.some(name => to === name || (name.endsWith(':') && to.startsWith(name)));
}

function described({ types = [] }: Room, { to }: Import): string {
  return types.some(door => fits(door, shelfOf(to))) ? `values of ${to}, only types` : to;
}

function fits(door: string, target: string): boolean {
  return door.endsWith('/*') ? target.startsWith(door.slice(0, -1)) : door === target;
}

function roomOf(path: string): string {
  return path.split('/')[0]!.replace(/\.ts$/, '');
}

function shelfOf(path: string): string {
  const [room = '', shelf = '', ...rest] = path.split('/');
  return SHELVES.includes(room) && rest.length > 0 ? `${room}/${shelf}` : roomOf(path);
}

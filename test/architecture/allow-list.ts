import { dirname } from 'node:path';
import type { Import } from './imports.ts';
import { ROOMS, type Room } from './rooms.ts';

/** Returns one sentence per import that the allow-list does not contain. */
export function findForbiddenImports(
  imports: readonly Import[],
  rooms: readonly Room[] = ROOMS,
): readonly string[] {
  return imports.flatMap((entry) => {
    const complaint = complainOf(entry, rooms);
    return complaint === undefined ? [] : [complaint];
  });
}

/** Returns one sentence per file whose folder is not in the table. */
export function findUnlistedFiles(
  files: readonly string[],
  rooms: readonly Room[] = ROOMS,
): readonly string[] {
  return files
    .filter((file) => findRoom(file, rooms) === undefined)
    .map((file) => `${file}: its folder is not listed in test/architecture/rooms.ts and may import nothing.`);
}

/** Returns the room of a file: its own row, or the row of its folder. A subfolder needs a row of its own. */
function findRoom(file: string, rooms: readonly Room[] = ROOMS): Room | undefined {
  return rooms.find(({ path }) => path === file) ?? rooms.find(({ path }) => path === dirname(file));
}

function complainOf({ from, to }: Import, rooms: readonly Room[]): string | undefined {
  const room = findRoom(from, rooms);
  if (room === undefined)
    return `${from}: its folder is not listed in test/architecture/rooms.ts and may import nothing.`;
  if (to.kind === 'package') {
    const isAllowed = room.packages.some((allowed) => matches(allowed, to.name));
    return isAllowed ? undefined : `${from} imports ${to.name}, which ${room.path} may not.`;
  }
  const target = findRoom(to.path, rooms);
  if (target === undefined) return `${from} imports ${to.path}, which is in no listed room.`;
  const isAllowed = target === room || room.rooms.some((allowed) => matches(allowed, target.path));
  return isAllowed
    ? undefined
    : `${from} imports ${to.path}, but ${room.path} may not import ${target.path}.`;
}

/** `a/**` is `a` and all below it; `node:*` is every `node:` module. */
function matches(pattern: string, name: string): boolean {
  if (pattern.endsWith('/**')) {
    const folder = pattern.slice(0, -3);
    return name === folder || name.startsWith(`${folder}/`);
  }
  return pattern.endsWith('*') ? name.startsWith(pattern.slice(0, -1)) : name === pattern;
}

import { dirname } from 'node:path';
import type { Import } from './imports.ts';
import { ROOMS, type Room } from './rooms.ts';

const UNLISTED = 'its folder is not listed in test/architecture/rooms.ts and may import nothing.';

/** Returns one sentence per import that the allow-list does not contain. */
export function findForbiddenImports(
  imports: readonly Import[],
  rooms: readonly Room[] = ROOMS,
): readonly string[] {
  return imports.flatMap((entry) => {
    const violation = describeViolation(entry, rooms);
    return violation === undefined ? [] : [violation];
  });
}

/** Returns one sentence per file whose folder is not in the table. */
export function findUnlistedFiles(
  files: readonly string[],
  rooms: readonly Room[] = ROOMS,
): readonly string[] {
  return files.filter((file) => findRoom(file, rooms) === undefined).map((file) => `${file}: ${UNLISTED}`);
}

/** Returns the room whose paths contain the file, otherwise the room whose paths contain its folder. */
function findRoom(file: string, rooms: readonly Room[]): Room | undefined {
  const folder = dirname(file);
  return rooms.find(({ paths }) => paths.includes(file)) ?? rooms.find(({ paths }) => paths.includes(folder));
}

function describeViolation({ from, to }: Import, rooms: readonly Room[]): string | undefined {
  const room = findRoom(from, rooms);
  if (room === undefined) return `${from}: ${UNLISTED}`;
  if (to.kind === 'package') {
    const isAllowed = room.packages.some((allowed) => matches(allowed, to.name));
    return isAllowed ? undefined : `${from} imports ${to.name}, but ${room.name} may not import it.`;
  }
  const target = findRoom(to.path, rooms);
  if (target === undefined) return `${from} imports ${to.path}, which is not in a listed room.`;
  const isAllowed =
    target === room ||
    room.rooms.some((allowed) => matches(allowed, target.name)) ||
    room.files?.includes(to.path) === true;
  return isAllowed
    ? undefined
    : `${from} imports ${to.path}, but ${room.name} may not import ${target.name}.`;
}

function matches(pattern: string, name: string): boolean {
  return pattern.endsWith('*') ? name.startsWith(pattern.slice(0, -1)) : name === pattern;
}

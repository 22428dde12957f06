import { dirname } from 'node:path';
import { describe, expect, it } from 'vitest';
import { findForbiddenImports, findUnlistedFiles } from './allow-list.ts';
import { listSourceFiles, readImports } from './imports.ts';
import { COVERED_FOLDERS, ROOMS, type Room } from './rooms.ts';

const files = listSourceFiles(COVERED_FOLDERS);
const imports = files.flatMap((file) => readImports(file));

describe('the allow-list of imports', () => {
  it('contains every import of the sources', () => {
    expect(imports.length).toBeGreaterThan(100);
    expect(findForbiddenImports(imports)).toEqual([]);
  });

  it('has a row for every folder with sources, and only such rows', () => {
    expect(findUnlistedFiles(files)).toEqual([]);
    const paths = ROOMS.flatMap((room) => room.paths);
    const unused = paths.filter((path) => !files.some((file) => file === path || dirname(file) === path));
    expect(unused).toEqual([]);
  });

  it('has only files that exist in its rows of single files', () => {
    expect(ROOMS.flatMap((room) => room.files ?? []).filter((file) => !files.includes(file))).toEqual([]);
  });

  it.each(['emulator/mqtt/hub/wrong.ts', 'emulator/http/hub/twins/wrong.ts'])(
    'lets a door import single files of the hub only: %s',
    (door) => {
      const hub = files.filter((file) => file.startsWith('emulator/hub/'));
      const refused = hub.filter((path) => !mayImport(door, path));
      expect(hub.filter((path) => mayImport(door, path))).toEqual([
        'emulator/hub/access/credentials.ts',
        'emulator/hub/client-connection.ts',
        'emulator/hub/events/event-formats.ts',
        'emulator/hub/hub-of.ts',
        'emulator/hub/hub.ts',
        'emulator/hub/ports.ts',
        'emulator/hub/queries/paging.ts',
        'emulator/hub/sessions/client-session.ts',
      ]);
      expect(refused).toContain('emulator/hub/hub-parts.ts');
      expect(refused).toContain('emulator/hub/twins/twins.ts');
    },
  );

  it('lets the table of endpoints import no file', () => {
    expect(files.filter((path) => mayImport('emulator/endpoints.ts', path))).toEqual([
      'emulator/endpoints.ts',
    ]);
  });

  it.each(['emulator/emulator.ts', 'emulator/cli.ts'])(
    'lets %s import neither the harness nor a scenario',
    (file) => {
      const outside = files.filter((path) => !path.startsWith('emulator/'));
      expect(outside.length).toBeGreaterThan(10);
      expect(outside.filter((path) => mayImport(file, path))).toEqual([]);
    },
  );

  it.each([
    ['import', "import { Hub } from '../hub/hub.ts';"],
    ['import type', "import type { Hub } from '../hub/hub.ts';"],
    ['export from', "export { Hub } from '../hub/hub.ts';"],
    ['import()', "const hub = await import('../hub/hub.ts');"],
    ['an import type expression', "export type Hub = import('../hub/hub.ts').Hub;"],
    ['require()', "const hub = require('../hub/hub.ts');"],
  ])('refuses the import of an unlisted room by %s', (_form, text) => {
    const found = findForbiddenImports(readImports('emulator/domain/wrong.ts', text), SAMPLE);
    expect(found).toEqual([
      'emulator/domain/wrong.ts imports emulator/hub/hub.ts, but domain may not import hub.',
    ]);
  });

  it.each([
    ["import { Aedes } from 'aedes';", 'aedes'],
    ["import { readFileSync } from 'node:fs';", 'node:fs'],
    ["import fs from 'fs';", 'node:fs'],
    ["const { sign } = require('@scope/name/deep');", '@scope/name'],
  ])('refuses the import of an unlisted package: %s', (text, name) => {
    const found = findForbiddenImports(readImports('emulator/domain/wrong.ts', text), SAMPLE);
    expect(found).toEqual([`emulator/domain/wrong.ts imports ${name}, but domain may not import it.`]);
  });

  it('refuses every import from and into an unlisted folder', () => {
    const unlisted = 'emulator/domain/new/file.ts';
    expect(findUnlistedFiles([unlisted], SAMPLE)).toHaveLength(1);
    expect(
      findForbiddenImports(readImports(unlisted, "import { ok } from '../result.ts';"), SAMPLE),
    ).toHaveLength(1);
    const into = readImports('emulator/hub/hub.ts', "import { x } from '../unknown/x.ts';");
    expect(findForbiddenImports(into, SAMPLE)).toEqual([
      'emulator/hub/hub.ts imports emulator/unknown/x.ts, which is not in a listed room.',
    ]);
  });

  it('accepts the imports in the row of a room', () => {
    const text =
      "import { ok } from '../domain/result.ts'; import { hash } from 'node:crypto'; import './other.ts';";
    expect(findForbiddenImports(readImports('emulator/hub/hub.ts', text), SAMPLE)).toEqual([]);
  });
});

function mayImport(from: string, path: string): boolean {
  return findForbiddenImports([{ from, to: { kind: 'file', path } }]).length === 0;
}

const SAMPLE: readonly Room[] = [
  { name: 'domain', paths: ['emulator/domain'], what: '', rooms: [], packages: [] },
  { name: 'hub', paths: ['emulator/hub'], what: '', rooms: ['domain'], packages: ['node:*'] },
];

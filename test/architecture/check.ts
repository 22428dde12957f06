import { findForbiddenImports, findUnlistedFiles } from './allow-list.ts';
import { listSourceFiles, readImports } from './imports.ts';
import { COVERED_FOLDERS } from './rooms.ts';

// Part of `npm run check`: prints every violation of the allow-list and fails if there is one.
const files = listSourceFiles(COVERED_FOLDERS);
const violations = [
  ...findUnlistedFiles(files),
  ...findForbiddenImports(files.flatMap((file) => readImports(file))),
];
for (const violation of violations) console.error(violation);
if (violations.length > 0) process.exitCode = 1;

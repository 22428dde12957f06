import {
  acceptSymbol,
  type Cursor,
  expectInteger,
  expectName,
  expectSymbol,
  peek,
  refuse,
  refuseToken,
} from './cursor.ts';
import type { Path, PathStep } from './syntax.ts';
import { isKeyword, isUnsupportedKeyword } from './words.ts';

// Azure samples write `id` for `deviceId`; IoT Explorer writes `statusUpdatedTime` for `statusUpdateTime`.
const SYNONYMS: ReadonlyMap<string, string> = new Map([
  ['id', 'deviceId'],
  ['statusupdatedtime', 'statusUpdateTime'],
]);

const TWIN_ROOTS: ReadonlySet<string> = new Set(['tags', 'properties']);

/** Parses a path such as `devices.tags.[[my tag]].list[0]`. An error is stored in `cursor.failure`. */
export function parsePath(cursor: Cursor, expected = 'a property'): Path {
  const start = peek(cursor);
  if (start.kind === 'word' && isUnsupportedKeyword(start.text)) refuseToken(cursor, expected);
  const path = withoutCollection(expectName(cursor, expected), parseSteps(cursor));
  if (cursor.source === 'devices.jobs' && TWIN_ROOTS.has(path.root.toLowerCase())) {
    refuse(cursor, start, 'A query of devices.jobs cannot refer to the twin');
  }
  const synonym = SYNONYMS.get(path.root.toLowerCase());
  return synonym === undefined ? path : { ...path, root: synonym };
}

function parseSteps(cursor: Cursor): readonly PathStep[] {
  const steps: PathStep[] = [];
  for (;;) {
    if (acceptSymbol(cursor, '.')) steps.push(parseMemberName(cursor));
    else if (acceptSymbol(cursor, '[')) {
      steps.push(expectInteger(cursor, 'an array index'));
      expectSymbol(cursor, ']');
    } else return steps;
  }
}

function parseMemberName(cursor: Cursor): string {
  const token = peek(cursor);
  if (token.kind === 'quotedName') {
    cursor.index++;
    return token.text;
  }
  if (token.kind === 'word' && isKeyword(token.text)) {
    refuse(cursor, token, `'${token.text}' is a keyword, as a name write [[${token.text}]]`);
  }
  return expectName(cursor, 'a member name');
}

function withoutCollection(root: string, steps: readonly PathStep[]): Path {
  if (root.toLowerCase() === 'devices') {
    const isLongPrefix = typeof steps[1] === 'string' && /^(modules|jobs)$/i.test(String(steps[0]));
    const index = isLongPrefix ? 1 : 0;
    const name = steps[index];
    if (typeof name === 'string') return { kind: 'path', root: name, steps: steps.slice(index + 1) };
  }
  return { kind: 'path', root, steps };
}

import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { ROOT } from '../architecture/imports.ts';

/** A link of a page: `[text](target)`. */
export interface Link {
  readonly text: string;
  readonly target: string;
}

/** Lists the pages of the documentation, as paths relative to the root of the repository. */
export function listPages(): readonly string[] {
  const docs = readdirSync(join(ROOT, 'docs'), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.md'))
    .map((name) => join('docs', name).replaceAll('\\', '/'));
  return [
    'README.md',
    'CONTRIBUTING.md',
    'CHANGELOG.md',
    'emulator/README.md',
    'bench/README.md',
    ...docs.sort(),
  ];
}

/** Reads a page, by its path relative to the root. */
export function readPage(page: string): string {
  return readFileSync(join(ROOT, page), 'utf8');
}

/** Returns the links of a page outside its code blocks. */
export function readLinks(text: string): readonly Link[] {
  const matches = withoutCodeBlocks(text).matchAll(/\[([^\]]+)\]\(([^()\s]+)\)/g);
  return [...matches].map(([, linkText = '', target = '']) => ({ text: linkText, target }));
}

/** Returns the headings of a page with their markup. */
export function readHeadings(text: string): readonly string[] {
  const matches = withoutCodeBlocks(text).matchAll(/^#{1,6} +(.+?) *$/gm);
  return [...matches].map(([, heading = '']) => heading);
}

/** Returns the anchors of the headings of a page, as GitHub creates them. A repeated anchor ends with a number. */
export function readAnchors(text: string): readonly string[] {
  const counts = new Map<string, number>();
  return readHeadings(text).map((heading) => {
    const anchor = anchorOf(heading);
    const count = counts.get(anchor) ?? 0;
    counts.set(anchor, count + 1);
    return count === 0 ? anchor : `${anchor}-${count}`;
  });
}

/** Describes the fault of a link target. Returns undefined if it is a URL, or if its file and anchor exist. */
export function findFault(page: string, target: string): string | undefined {
  if (/^[a-z]+:/.test(target)) return undefined;
  const [path = '', anchor] = target.split('#');
  const file = path === '' ? page : relative(ROOT, resolve(ROOT, dirname(page), path));
  if (file.startsWith('..')) return 'is outside the repository';
  if (!existsSync(join(ROOT, file))) return 'does not exist';
  if (anchor === undefined) return undefined;
  if (statSync(join(ROOT, file)).isDirectory()) return 'is a folder and has no anchors';
  return readAnchors(readPage(file)).includes(anchor) ? undefined : 'has no such heading';
}

function anchorOf(heading: string): string {
  const plain = heading.replace(/\[([^\]]+)\]\([^()\s]+\)/g, '$1');
  return plain
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N}\s_-]/gu, '')
    .replaceAll(/\s/g, '-');
}

function withoutCodeBlocks(text: string): string {
  return text.replaceAll(/^(`{3,})[^\n]*\n[\s\S]*?^\1 *$/gm, '');
}

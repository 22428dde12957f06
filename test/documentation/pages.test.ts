import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { ROOT } from '../architecture/imports.ts';
import { findFault, listPages, readAnchors, readLinks, readPage } from './markdown.ts';
import { GENERATED_TABLES, withGeneratedTables } from './tables.ts';

const isUpdate = process.env['UPDATE_DOCS'] === '1';

describe('the pages of the documentation', () => {
  it.each(listPages())(
    'have the generated tables of the current code in %s (`npm run docs` writes them)',
    (page) => {
      const text = readPage(page);
      const current = withGeneratedTables(text);
      if (isUpdate && text !== current) writeFileSync(join(ROOT, page), current);
      else expect(text).toBe(current);
    },
  );

  it.each(Object.entries(GENERATED_TABLES))('have the table %s on its page only', (name, { page }) => {
    const isShown = (candidate: string) => readPage(candidate).includes(`<!-- begin ${name} -->`);
    expect(listPages().filter(isShown)).toEqual([page]);
  });

  it.each(listPages())('have no relative link to a missing file or heading in %s', (page) => {
    const broken = readLinks(readPage(page)).flatMap(({ target }) => {
      const fault = findFault(page, target);
      return fault === undefined ? [] : [`${target} ${fault}`];
    });
    expect(broken).toEqual([]);
  });
});

describe('the check of a link', () => {
  it.each([
    ['README.md', 'docs/missing.md', 'does not exist'],
    ['README.md', '#missing', 'has no such heading'],
    ['docs/log.md', 'options.md#missing', 'has no such heading'],
    ['README.md', '../elsewhere.md', 'is outside the repository'],
    ['docs/log.md', '../README.md', undefined],
    ['README.md', 'https://example.com/#any', undefined],
  ])('finds for a link in %s to %s the fault: %s', (page, target, fault) => {
    expect(findFault(page, target)).toBe(fault);
  });

  it('uses the anchors that GitHub creates for headings', () => {
    const text = '# The `exec` command\n\n```sh\n# no heading\n```\n\n## A (b), c\n\n## A (b), c\n';
    expect(readAnchors(text)).toEqual(['the-exec-command', 'a-b-c', 'a-b-c-1']);
  });
});

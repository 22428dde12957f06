import { describe, expect, it } from 'vitest';
import { findFault, readHeadings, readLinks, readPage } from './markdown.ts';

/** The first questions of a reader of the README. Each is the text of a heading or of a link in it. */
const QUESTIONS = [
  'Run my tests against a hub',
  'Connect a Python device',
  'Connect a Node device',
  'Trust the certificate in Java and other languages',
  'Read telemetry',
  'Move the clock',
  'Register devices with X.509 certificates',
  'Use the ports 443 and 8883',
  'Switch to a live hub',
  'What is not supported, and what differs',
];

const MAXIMUM_LINES = 150;

describe('the README', () => {
  const text = readPage('README.md');

  it.each(QUESTIONS)('answers "%s" by a heading or a link that resolves', (question) => {
    const targets = readLinks(text)
      .filter((link) => link.text === question)
      .map((link) => link.target);
    expect(readHeadings(text).includes(question) || targets.length > 0).toBe(true);
    expect(targets.filter((target) => findFault('README.md', target) !== undefined)).toEqual([]);
  });

  it(`has at most ${MAXIMUM_LINES} lines`, () => {
    expect(text.trimEnd().split('\n').length).toBeLessThanOrEqual(MAXIMUM_LINES);
  });

  it.each(['npm ci && npm run demo', 'npm ci && npm test'])('contains the command %s', (command) => {
    expect(text).toContain(`\`\`\`sh\n${command}\n\`\`\``);
  });
});

import { REFUSAL_REASONS } from '../../emulator/auth/refusal-reasons.ts';
import {
  flagOf,
  OPTION_TABLE,
  type OptionRow,
  variableOf,
} from '../../emulator/command/options/option-table.ts';
import { ROUTES } from '../../emulator/http/hub/routes.ts';
import { CONNECT_REFUSAL_REASONS } from '../../emulator/mqtt/hub/hub-mqtt-service.ts';
import { TOPICS } from '../../emulator/mqtt/hub/topics.ts';
import { DROP_REASONS } from '../../emulator/mqtt/wire/drop-reasons.ts';

/** The parts of the README that are made from the emulator's own tables, by name. */
export const GENERATED_TABLES: Readonly<Record<string, () => string>> = {
  'https-api': () =>
    table(
      ['Operation', 'Path', 'Needs', 'State'],
      ROUTES.map((route) => [
        sentence(route.meaning),
        code(`${route.method} ${route.path}`),
        route.api === 'device' ? 'the client’s own credentials' : route.permissions.join(' or '),
        'refused' in route ? `refused: ${route.refused}` : 'works',
      ]),
    ),
  'mqtt-topics': () =>
    table(
      ['Direction', 'Topic', 'Client', 'Meaning'],
      TOPICS.map((topic) => [topic.direction, code(topic.pattern), topic.client, topic.meaning]),
    ),
  options: () =>
    table(
      ['Option', 'Variable', 'Key', 'Meaning', 'Default'],
      (OPTION_TABLE as readonly OptionRow[]).map((row) => [
        code(row.placeholder === undefined ? flagOf(row.key) : `${flagOf(row.key)} ${row.placeholder}`),
        code(variableOf(row.key)),
        row.key === 'config' ? '–' : code(row.key),
        row.command === undefined ? row.meaning : `${row.meaning} (${row.command} alone)`,
        row.byDefault ?? (row.kind === 'flag' ? 'false' : '–'),
      ]),
    ),
  'log-reasons': () =>
    table(
      ['Reason', 'Meaning'],
      Object.entries({ ...REFUSAL_REASONS, ...CONNECT_REFUSAL_REASONS, ...DROP_REASONS }).map(
        ([reason, meaning]) => [code(reason), meaning],
      ),
    ),
};

/** The text with every generated block made anew. A block stands between `<!-- begin NAME -->` and `<!-- end NAME -->`. */
export function withGeneratedTables(text: string): string {
  return text.replace(/<!-- begin ([a-z-]+) -->[\s\S]*?<!-- end \1 -->/g, (_block, name: string) => {
    const make = GENERATED_TABLES[name];
    if (make === undefined) throw new Error(`There is no table named ${name}.`);
    return `<!-- begin ${name} -->\n${make()}\n<!-- end ${name} -->`;
  });
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) =>
    `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n');
}

function code(text: string): string {
  return `\`${text}\``;
}

function sentence(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

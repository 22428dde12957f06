import { readFileSync } from 'node:fs';
import ts from 'typescript';

/** What a test calls: `method`, and `receiver.method` as it is written. */
export type Calls = ReadonlySet<string>;

/** The tests of a file in this folder, by the titles of their suites and their own, joined by ` > `. */
export function readTests(file: string): ReadonlyMap<string, Calls> {
  const text = readFileSync(new URL(file, import.meta.url), 'utf8');
  const source = ts.createSourceFile(file, text, ts.ScriptTarget.ES2023, true);
  const functions = functionsOf(source);
  const tests = new Map<string, Calls>();
  visit(source, []);
  return tests;

  function visit(node: ts.Node, suites: readonly string[]): void {
    const block = titledBlockOf(node);
    if (block === undefined) ts.forEachChild(node, (child) => visit(child, suites));
    else if (block.kind === 'it') tests.set([...suites, block.title].join(' > '), callsIn(node, functions));
    else ts.forEachChild(node, (child) => visit(child, [...suites, block.title]));
  }
}

/** `it('title', …)`, `describe.each(…)('title', …)` and the like. */
function titledBlockOf(node: ts.Node): { kind: 'it' | 'describe'; title: string } | undefined {
  if (!ts.isCallExpression(node)) return undefined;
  const [title] = node.arguments;
  if (title === undefined || !ts.isStringLiteralLike(title)) return undefined;
  const kind = rootNameOf(node.expression);
  return kind === 'it' || kind === 'describe' ? { kind, title: title.text } : undefined;
}

function rootNameOf(expression: ts.Expression): string | undefined {
  if (ts.isIdentifier(expression)) return expression.text;
  if (ts.isCallExpression(expression) || ts.isPropertyAccessExpression(expression)) {
    return rootNameOf(expression.expression);
  }
  return undefined;
}

/** The functions that a file declares for its tests, by name. */
function functionsOf(source: ts.SourceFile): ReadonlyMap<string, ts.Node> {
  const functions = new Map<string, ts.Node>();
  visit(source);
  return functions;

  function visit(node: ts.Node): void {
    if (ts.isFunctionDeclaration(node) && node.name !== undefined) functions.set(node.name.text, node);
    if (ts.isVariableDeclaration(node) && node.initializer !== undefined && ts.isIdentifier(node.name)) {
      if (ts.isArrowFunction(node.initializer)) functions.set(node.name.text, node.initializer);
    }
    ts.forEachChild(node, visit);
  }
}

/** Everything that a test calls, the rows of its table and the file's own functions included. */
function callsIn(test: ts.Node, functions: ReadonlyMap<string, ts.Node>): Calls {
  const calls = new Set<string>();
  const visited = new Set<ts.Node>();
  visit(test);
  return calls;

  function visit(node: ts.Node): void {
    if (ts.isCallExpression(node) && ts.isPropertyAccessExpression(node.expression)) {
      const { name, expression: receiver } = node.expression;
      const receiverName = ts.isPropertyAccessExpression(receiver) ? receiver.name.text : receiver.getText();
      calls.add(name.text);
      calls.add(`${receiverName}.${name.text}`);
    }
    const called = ts.isIdentifier(node) ? functions.get(node.text) : undefined;
    if (called !== undefined && !visited.has(called)) {
      visited.add(called);
      visit(called);
    }
    ts.forEachChild(node, visit);
  }
}

import { readFileSync } from 'node:fs';
import ts from 'typescript';

/** The calls of a test: `method` and `receiver.method` as written. */
export type Calls = ReadonlySet<string>;

/** Returns the calls of each test of a file below `test/sdk`. The keys are the titles of suites and test with ` > `. */
export function readTests(file: string): ReadonlyMap<string, Calls> {
  const text = readFileSync(new URL(`../${file}`, import.meta.url), 'utf8');
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

/** Parses `it('title', …)`, `describe.each(…)('title', …)` and the like. Returns undefined for other nodes. */
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

/** Returns the functions that a file declares, by name. */
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

/** Returns all calls of a test, including those in its table rows and in functions of the file. */
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

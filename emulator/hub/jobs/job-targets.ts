import type { ClientIdentity } from '../../domain/identities/client-identity.ts';
import { ok, type Result } from '../../domain/result.ts';
import { compileCondition } from '../../query/evaluation/compile-query.ts';
import { parseCondition } from '../../query/syntax/parse-query.ts';
import type { HubParts } from '../hub-parts.ts';
import { candidateRows, TWINS } from '../queries/twin-collection.ts';

/** Returns the devices or modules that a condition currently selects. */
export function selectTargets({ store, options }: HubParts, text: string): Result<readonly ClientIdentity[]> {
  const condition = parseCondition(text);
  if (!condition.ok) return condition;
  const matches = compileCondition(condition.value, TWINS, options);
  const identities: ClientIdentity[] = [];
  for (const row of candidateRows(store.clients, condition.value)) {
    if (matches(row)) identities.push(row.twin.identity);
  }
  return ok(identities);
}

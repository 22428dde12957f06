import { expect, it } from 'vitest';
import { REFUSAL_REASONS, refused } from '../../emulator/auth/refusal-reasons.ts';

it('gives every refusal reason a word with hyphens and a meaning of one sentence', () => {
  for (const [reason, meaning] of Object.entries(REFUSAL_REASONS)) {
    expect(reason).toMatch(/^[a-z]+(-[a-z]+)+$/);
    expect(meaning).toMatch(/^[A-Z][^.;]+\.$/);
  }
});

it('makes a refusal an IotHubUnauthorized error with its reason and meaning', () => {
  expect(refused('policy-unknown')).toEqual({
    ok: false,
    error: {
      name: 'IotHubUnauthorized',
      message: REFUSAL_REASONS['policy-unknown'],
      reason: 'policy-unknown',
    },
  });
});

import { expect, it } from 'vitest';
import { HUB_ERRORS, type HubErrorName, httpStatusOf } from '../../emulator/domain/errors.ts';

const NAMES = Object.keys(HUB_ERRORS) as HubErrorName[];

it('httpStatusOf returns the first three digits of every code but that of FeatureNotSupported', () => {
  const others = NAMES.filter((name) => String(httpStatusOf(name)) !== String(HUB_ERRORS[name]).slice(0, 3));
  expect(others).toEqual(['FeatureNotSupported']);
  expect(httpStatusOf('FeatureNotSupported')).toBe(501);
});

import { expect, it } from 'vitest';
import { fitted } from './shrink';

it('fits a picture into a square without making it larger', () => {
  expect(fitted(4000, 3000, 1920)).toEqual({ width: 1920, height: 1440 });
  expect(fitted(300, 4000, 1920)).toEqual({ width: 144, height: 1920 });
  expect(fitted(800, 600, 1920)).toEqual({ width: 800, height: 600 });
  expect(fitted(100_000, 1, 1920)).toEqual({ width: 1920, height: 1 });
});

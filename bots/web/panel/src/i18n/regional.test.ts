import { describe, expect, it } from 'vitest';
import { regional } from './regional';

describe('regional', () => {
  it('takes the browser’s own kind of the chosen language, else the language', () => {
    expect(regional('en', ['fr-CA', 'en-GB', 'en-US'])).toBe('en-GB');
    expect(regional('zh', ['en-GB'])).toBe('zh');
    expect(regional('es', [])).toBe('es');
  });
});

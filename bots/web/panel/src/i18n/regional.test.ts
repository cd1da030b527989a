import { describe, expect, it } from 'vitest';
import { dated, regional } from './regional';

describe('regional', () => {
  it('takes the browser’s own kind of the chosen language, else the language', () => {
    expect(regional('en', ['fr-CA', 'en-GB', 'en-US'])).toBe('en-GB');
    expect(regional('zh', ['en-GB'])).toBe('zh');
    expect(regional('es', [])).toBe('es');
  });

  it('does not mix ways of writing', () => {
    expect([regional('zh', ['zh-TW']), regional('zh', ['zh-HK', 'zh-SG']), regional('zh', ['zh-CN'])]).toEqual(['zh', 'zh-SG', 'zh-CN']);
    expect(regional('en', ['en_US@posix', 'en-CA'])).toBe('en-CA');
  });

  it('has one kind of English days and hours', () => {
    expect([dated('en', ['en-GB']), dated('fr', ['fr-CA']), dated('zh', ['zh-TW'])]).toEqual(['en-US', 'fr-CA', 'zh']);
  });
});

import { expect, it } from 'vitest';
import { framed } from './PagePreview';

const page = '<html><head><meta charset="utf-8"></head><body><img src="/files/7"><img src="/files/8"></body></html>';

it('opens links beside the panel and shows the draft’s own picture', () => {
  expect(framed(page, null, null)).toContain('<head><base target="_blank"><meta');
  const shown = framed(page, '/files/7', 'blob:here');
  expect(shown).toContain('src="blob:here"');
  expect(shown).toContain('src="/files/8"');
  expect(framed(page, '/files/7', null)).toContain('src="/files/7"');
});

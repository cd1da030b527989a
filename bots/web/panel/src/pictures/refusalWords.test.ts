import { expect, it } from 'vitest';
import { failureOf } from '../api/failure';
import { refusalWords } from './refusalWords';

const said = (status: number, code: string) =>
  refusalWords(failureOf(status, { success: false, error: { code, message: 'In English.' } }), (key) => key);

it('says what whoever brought a picture can do, in the page’s words', () => {
  expect(said(409, 'STORAGE_FULL')).toBe('basics.image.full');
  expect(said(409, 'GUESTS_FULL')).toBe('basics.image.guestsFull');
  expect(said(415, 'INVALID_PICTURE')).toBe('basics.image.unreadable');
  expect(said(503, 'SERVICE_UNAVAILABLE')).toBe('fail.unavailable');
});

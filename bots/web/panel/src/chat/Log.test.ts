import { expect, it } from 'vitest';
import { isForm, pressed } from './Log';

it('reads what was pressed or filled in as such, and what was typed as it is', () => {
  expect([pressed('Yes, do it.'), pressed('Not yet.'), pressed('yes, do it')]).toEqual(['chat.pressed.yes', 'chat.confirm.no', null]);
  expect(pressed('Yes, publish it.')).toBe('chat.pressed.yes');
  expect([isForm({ id: '1', role: 'user', content: '(a form: name, type)' }), isForm({ id: '2', role: 'user', content: 'a form' })]).toEqual([true, false]);
});

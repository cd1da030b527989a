import { expect, it } from 'vitest';
import { isForm, pressed } from './Log';

it('reads what was pressed or filled in as such, and what was typed as it is', () => {
  expect([pressed('Yes, publish it.'), pressed('Not yet.'), pressed('yes, publish it')]).toEqual(['chat.confirm.yes', 'chat.confirm.no', null]);
  expect([isForm({ id: '1', role: 'user', content: '(a form: name, type)' }), isForm({ id: '2', role: 'user', content: 'a form' })]).toEqual([true, false]);
});

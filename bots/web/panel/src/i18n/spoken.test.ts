import { expect, it } from 'vitest';
import fr from './fr.json';
import { spoken } from './spoken';

it('says an example with plain spaces', () => {
  expect(fr['chat.example.1']).toContain('80\u00a0€');
  expect(spoken(fr['chat.example.1'])).toContain('80 €');
});
